#include "monitord/alert_policy.h"

#include <algorithm>
#include <ctime>

namespace linewatch {
namespace {

std::string ClockText(WallTime t, WallTime now) {
  const auto local = [](WallTime time) {
    const std::time_t seconds = ToTimeT(time);
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

std::optional<DueAlert> TakeDueAlert(Observation& seen, bool is_acknowledged, std::chrono::milliseconds cooldown,
                                     WallTime now) {
  if (!seen.alert && !seen.is_outage) return std::nullopt;
  if (!seen.alert) seen.alert = AlertState();
  AlertState& alert = *seen.alert;
  if (seen.is_outage != alert.is_open) {
    alert.is_open = seen.is_outage;
    alert.last_unrest = now;
    std::erase_if(alert.outages, [&](WallTime t) { return t > now || now - t >= cooldown; });
    if (alert.is_open) alert.outages.push_back(now);
  }
  const auto tell = [&](AlertKind kind) {
    const DueAlert due{kind, alert.told_outage != kNever ? alert.told_outage : seen.fail_since};
    alert.told_outage = alert.is_open ? due.outage_since : kNever;
    seen.last_alert_time = now;
    return due;
  };

  if (alert.is_flapping) {
    if (now >= alert.last_unrest && now - alert.last_unrest < cooldown) return std::nullopt;
    alert.is_flapping = false;
    alert.outages.clear();
    if (!alert.is_open && alert.told_outage != kNever) return tell(AlertKind::kStable);
    alert.told_outage = seen.fail_since;  // down for so long is stable, too: this outage goes on being told
  }
  if (!alert.is_open) {
    if (alert.told_outage == kNever) return std::nullopt;
    return tell(AlertKind::kRecovery);
  }
  if (seen.status != Status::kDown || seen.in_maintenance) return std::nullopt;
  if (alert.outages.size() > kMostOutages && alert.told_outage == kNever) {
    alert.is_flapping = true;
    return tell(AlertKind::kFlapping);
  }
  if (alert.told_outage == kNever) return tell(AlertKind::kDown);
  if (seen.last_alert_time > now) seen.last_alert_time = now;
  if (is_acknowledged || now - seen.last_alert_time < cooldown) return std::nullopt;
  return tell(AlertKind::kDown);
}

void RestoreAlertState(Observation& seen, WallTime now) {
  // A count without a time is what the seed's file has: when its alert went out the host was failing for certain.
  if (seen.fail_count > 0 && seen.fail_since == kNever && seen.last_alert_time <= now)
    seen.fail_since = seen.last_alert_time;
  // An alert ahead of now is unknown, unless the outage is ahead, too: then the clock is behind both.
  const bool is_clock_behind = seen.fail_since > now;
  const bool is_told = seen.fail_since != kNever && seen.last_alert_time >= seen.fail_since &&
                       (is_clock_behind || seen.last_alert_time <= now);
  seen.is_outage = seen.status == Status::kDown || is_told;
  if (seen.is_outage) {
    seen.alert = AlertState();
    seen.alert->is_open = true;
    seen.alert->told_outage = is_told ? seen.fail_since : kNever;
  }
  // No file says who vouched for which failures. Nobody did for those of a line that was not blamed; else somebody did for
  // all but the last, as a round later somebody has in most cases.
  const bool is_unblamed = seen.status == Status::kUnreachable;
  seen.vouched_failures = is_unblamed ? 0 : std::max(0, seen.fail_count - 1);
  seen.doubt_since = seen.last_check;
}

std::string DurationText(std::chrono::seconds duration) {
  const auto s = std::max<int64_t>(duration.count(), 0);  // of a time that a clock set back made later than now
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

std::string AlertSubject(const DueAlert& alert, const Host& host, std::chrono::milliseconds cooldown, WallTime now) {
  const std::string who = host.name + " (" + host.ip + ")";
  const std::string since = ClockText(alert.outage_since, now);
  const auto seconds = [](auto length) { return std::chrono::duration_cast<std::chrono::seconds>(length); };
  switch (alert.kind) {
    case AlertKind::kDown:
      return "DOWN " + who + " since " + since + ", " + host.seen.reason;
    case AlertKind::kRecovery:
      return "UP " + who + " after " + DurationText(seconds(now - alert.outage_since)) + ", down since " + since;
    case AlertKind::kFlapping:
      return "FLAPPING " + who + ", down " + std::to_string(kMostOutages + 1) + " times within " +
             DurationText(seconds(cooldown)) + "; told again when it is stable";
    case AlertKind::kStable:
      return "STABLE " + who + ", no outage for " + DurationText(seconds(cooldown));
  }
  return "";
}

}  // namespace linewatch
