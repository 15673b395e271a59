#include "monitord/alert_policy.h"

#include <ctime>

namespace linewatch {
namespace {

std::string ClockText(WallTime t, WallTime now) {
  const auto local = [](WallTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm fields{};
    localtime_r(&seconds, &fields);
    return fields;
  };
  const std::tm then = local(t), today = local(now);
  const bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  char text[32];
  const size_t length = std::strftime(text, sizeof text, same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  return {text, length};
}

}  // namespace

std::optional<AlertKind> DueAlert(const Observation& seen, Status before, WallTime outage_since, WallTime now,
                                  std::chrono::milliseconds cooldown) {
  // An outage that began after now is one during which the clock was set back: no times can be compared then, and the
  // alert that went out before stands for it.
  const bool is_clock_behind = outage_since > now;
  const bool told = seen.last_alert_time != kNever &&
                    (is_clock_behind || (seen.last_alert_time <= now && seen.last_alert_time >= outage_since));
  if (seen.status == Status::kDown) {
    if (!told || now - seen.last_alert_time >= cooldown) return AlertKind::kDown;
    return std::nullopt;
  }
  const bool answers = seen.status == Status::kUp || seen.status == Status::kDegraded;
  if (before == Status::kDown && answers && told) return AlertKind::kRecovery;
  return std::nullopt;
}

std::string DurationText(std::chrono::seconds duration) {
  const auto s = duration.count();
  const auto two = [](long long large, const char* large_unit, long long small, const char* small_unit) {
    std::string text = std::to_string(large) + large_unit;
    if (small != 0) text += " " + std::to_string(small) + small_unit;
    return text;
  };
  if (s < 180) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  if (s < 86400) return two(s / 3600, " h", s % 3600 / 60, " min");
  return two(s / 86400, " d", s % 86400 / 3600, " h");
}

std::string AlertSubject(AlertKind kind, const Host& host, WallTime outage_since, WallTime now) {
  const std::string who = host.name + " (" + host.ip + ")";
  if (kind == AlertKind::kDown)
    return "DOWN " + who + " since " + ClockText(outage_since, now) + ", " + host.seen.reason;
  const auto length = std::chrono::duration_cast<std::chrono::seconds>(now - outage_since);
  return "UP " + who + " after " + DurationText(length) + ", down since " + ClockText(outage_since, now);
}

}  // namespace linewatch
