#include "cgi/history_api.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "store/history_log.h"
#include "store/json/json_members.h"

namespace linewatch::cgi {
namespace {

using std::chrono::seconds;
using Points = HostPast::Steps;

struct Range {
  std::string_view name;
  seconds length;  // of the whole
  Tier tier;
  seconds step;
};
constexpr std::array<Range, 4> kRanges = {{
    {"24h", std::chrono::days(1), Tier::kMinutes, seconds(300)},
    {"7d", std::chrono::days(7), Tier::kHours, seconds(3600)},
    {"30d", std::chrono::days(30), Tier::kHours, seconds(7200)},
    {"1y", std::chrono::days(365), Tier::kDays, seconds(86400)},
}};
// What they need of each tier: the longest of those that it serves.
constexpr HistoryLog::Spans kSpans = {kRanges[0].length, kRanges[2].length, kRanges[3].length};

// The first step begins with the range, or within it: none is cut.
Points PointsOf(const HostPast& past, const Range& range, WallTime now) {
  const auto since = std::chrono::ceil<seconds>((now - range.length).time_since_epoch());
  const WallTime from((since + range.step - seconds(1)) / range.step * range.step);
  return past.Since(from, range.tier, range.step);
}

std::optional<double> UptimeOf(const Points& points) {
  double up = 0, down = 0;
  for (const auto& [t, measured] : points) {
    up += static_cast<double>(measured.up);
    down += static_cast<double>(measured.down);
  }
  if (up + down <= 0) return std::nullopt;
  return 100 * up / (up + down);
}

void WritePoint(JsonWriter& out, WallTime t, const Measured& measured) {
  const MemberWriter write(out);
  const auto known = [](float value) { return value < 0 ? std::nullopt : std::optional(value); };
  out.StartObject();
  write("t", t);
  write("up", measured.up);
  write("down", measured.down);
  write("rtt_min", known(measured.rtt_min));
  write("rtt_avg", known(measured.rtt_avg));
  write("rtt_max", known(measured.rtt_max));
  write("loss", known(measured.loss));
  out.EndObject();
}

}  // namespace

Response ShowHistory(Installation& installation, const Request& request, std::string_view id) {
  const std::string asked = request.Query("range");
  const auto* range = std::find_if(kRanges.begin(), kRanges.end(), [&](const Range& r) {
    return r.name == (asked.empty() ? kRanges.front().name : std::string_view(asked));
  });
  if (range == kRanges.end()) return FieldProblem({{"range", "expected 24h, 7d, 30d or 1y", asked}});
  const auto host = installation.published.Find(id);
  if (!host) return Problem(404, "There is no host of this id.");

  const WallTime now = WallNow();
  const HostPast past = installation.history.ReadHost(id, kSpans, now);
  const Points points = PointsOf(past, *range, now);
  return JsonResponse(200, [&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("host", id);
    write("range", range->name);
    write("step", range->step.count());
    out.Key("points");
    out.StartArray();
    for (const auto& [t, measured] : points) WritePoint(out, t, measured);
    out.EndArray();
    out.Key("uptime");
    out.StartObject();
    write("24h", host->seen.uptime);
    for (const Range& other : kRanges) {
      if (&other == kRanges.begin()) continue;
      const auto uptime = UptimeOf(&other == range ? points : PointsOf(past, other, now));
      write(other.name, uptime);
    }
    out.EndObject();
    out.EndObject();
  });
}

}  // namespace linewatch::cgi
