#include "cgi/outage_api.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cgi/requester.h"
#include "store/host_check.h"
#include "store/json/json_members.h"
#include "store/ledger.h"
#include "store/text/ascii.h"

namespace linewatch::cgi {
namespace {

constexpr std::chrono::days kUsualSpan{30};
constexpr size_t kMostListed = 5000;

// The id of an outage holds its beginning; a clock that was set meanwhile may have moved that in the events.
constexpr std::chrono::days kAround{1};

void WriteOutage(JsonWriter& out, const Outage& outage, WallTime now) {
  const MemberWriter write(out);
  out.StartObject();
  write("id", outage.id);
  write("host", outage.host);
  write("name", outage.name);
  write("start", outage.start);
  write("end", outage.end);
  const auto length = std::max(outage.end.value_or(now) - outage.start, std::chrono::microseconds(0));
  write("seconds", std::chrono::round<std::chrono::milliseconds>(length));
  write("reason", outage.reason);
  write("cause", NameOf(outage.cause));
  write("blip", outage.is_short);
  write("measured", NameOf(outage.measured));
  write("note", outage.note);
  write("user", outage.user);
  out.EndObject();
}

LedgerQuery QueryFor(Installation& installation, WallTime from, WallTime to, std::string host) {
  const Config& config = installation.config.settings();
  LedgerQuery query{from, to};
  query.known_until = installation.published.Header().updated;
  if (query.known_until == kNever) query.known_until = WallNow();
  query.short_below = config.fail_threshold * config.interval;
  query.host = std::move(host);
  return query;
}

// A moment that the query names, or `otherwise`.
WallTime TimeIn(const Request& request, std::string_view name, WallTime otherwise, std::vector<FieldError>& errors) {
  const std::string text = request.Query(name);
  if (text.empty()) return otherwise;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const WallTime t = FromUnixSeconds(seconds);
  // The beginning of 1970 is a time, too, though kNever has its number.
  if (error == std::errc() && end == text.data() + text.size() && (t != kNever || seconds == 0)) return t;
  errors.push_back({std::string(name), "expected a time in Unix seconds", text});
  return otherwise;
}

struct Classification {
  std::optional<Cause> cause;  // nothing: what was measured
  std::string note;
};
std::variant<Classification, Response> ReadClassification(const Request& request) {
  static const Schema schema(R"json({
"type": "object",
"additionalProperties": false,
"properties": {
  "cause": {"enum": ["line", "upstream", "blind", "maintenance", "power", null], "description": "line, upstream, blind, maintenance, power, or null for what was measured"},
  "note": {"type": "string", "maxLength": 1000, "description": "at most 1000 characters, no control characters"}
}})json");
  rapidjson::Document input;
  if (auto problem = ParseBody(request, schema, input)) return *std::move(problem);
  const auto* given = FindMember(input, "cause");
  if (given == nullptr) return FieldProblem({{"cause", "expected one, or null for what was measured", ""}});
  Classification read;
  Cause cause{};
  if (ReadName(*given, kCauseNames, cause)) read.cause = cause;
  if (const auto* note = FindMember(input, "note")) read.note = StringOf(*note);
  if (has_control_characters(read.note, false))
    return FieldProblem({{"note", "expected at most 1000 characters, no control characters", ""}});
  return read;
}

}  // namespace

Response ListOutages(Installation& installation, const Request& request, std::string_view) {
  const WallTime now = WallNow();
  std::vector<FieldError> errors;
  const WallTime to = std::min(TimeIn(request, "to", now, errors), now);
  const WallTime from = TimeIn(request, "from", to - kUsualSpan, errors);
  const std::string host = request.Query("host"), blips = request.Query("blips");
  if (!host.empty() && !is_host_id(host)) errors.push_back({"host", "expected the id of a host", host});
  if (!blips.empty() && blips != "0" && blips != "1") errors.push_back({"blips", "expected 0 or 1", blips});
  if (!errors.empty()) return FieldProblem(errors);

  Ledger ledger = ReadLedger(installation.events, QueryFor(installation, from, to, host));
  std::vector<Outage> outages;
  for (HostLedger& of_host : ledger.hosts)
    for (Outage& outage : of_host.outages)
      if (!outage.is_short || blips == "1") outages.push_back(std::move(outage));
  std::stable_sort(outages.begin(), outages.end(), [](const Outage& a, const Outage& b) { return a.start > b.start; });
  const bool is_more = outages.size() > kMostListed;
  if (is_more) outages.resize(kMostListed);
  std::reverse(ledger.blind.begin(), ledger.blind.end());

  return JsonResponse(200, [&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    out.Key("outages");
    out.StartArray();
    for (const Outage& outage : outages) WriteOutage(out, outage, now);
    out.EndArray();
    out.Key("blind");
    out.StartArray();
    for (const auto& span : ledger.blind) {
      out.StartObject();
      write("start", span.start);
      write("end", span.end);
      out.EndObject();
    }
    out.EndArray();
    write("more", is_more);
    out.EndObject();
  });
}

Response ClassifyOutage(Installation& installation, const Request& request, std::string_view id) {
  auto read = ReadClassification(request);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  const auto& given = std::get<Classification>(read);
  const auto named = ParseOutageId(id);
  const WallTime now = WallNow();
  const auto query = QueryFor(installation, named->start - kAround, now, named->host);
  for (HostLedger& of_host : ReadLedger(installation.events, query).hosts)
    for (Outage& outage : of_host.outages) {
      if (outage.id != id) continue;
      outage.cause = given.cause.value_or(outage.measured);
      outage.note = given.note;
      outage.user = UserOf(request);
      installation.events.Append({OutageEvent{now, outage.id, given.cause, outage.note, outage.user}});
      return JsonResponse(200, [&](JsonWriter& out) { WriteOutage(out, outage, now); });
    }
  return Problem(404, "There is no outage of this id.");
}

}  // namespace linewatch::cgi
