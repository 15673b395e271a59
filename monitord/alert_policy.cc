#include "monitord/alert_policy.h"

#include <algorithm>

#include "monitord/time_text.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

bool is_within(WallTime t, milliseconds length, WallTime now) { return t <= now && now - t < length; }

void NoteOutage(AlertState& alert, bool is_outage, milliseconds cooldown, WallTime now) {
  if (is_outage == alert.is_open) return;
  alert.is_open = is_outage;
  alert.last_unrest = now;
  std::erase_if(alert.outages, [&](WallTime t) { return !is_within(t, cooldown, now); });
  if (is_outage) alert.outages.push_back(now);
}

void NoteDegraded(AlertState& alert, const Observation& seen) {
  if (seen.status == Status::kUp) alert.degraded_since = kNever;
  if (seen.status == Status::kDegraded && alert.degraded_since == kNever) alert.degraded_since = seen.last_change;
}

}  // namespace

std::optional<Alert> TakeDueAlert(Host& host, milliseconds cooldown, WallTime now) {
  Observation& seen = host.seen;
  if (!seen.alert) {
    if (!seen.is_outage && seen.status != Status::kDegraded) return std::nullopt;
    seen.alert = AlertState();
  }
  AlertState& alert = *seen.alert;
  NoteOutage(alert, seen.is_outage, cooldown, now);
  NoteDegraded(alert, seen);
  const auto is_acknowledged = [&](WallTime since) { return host.acknowledged && host.acknowledged->at >= since; };
  const auto tell = [&](AlertKind kind, WallTime since, std::string reason, bool is_repeat = false) {
    alert.told_at = now;
    Alert due;
    due.kind = kind;
    due.t = now;
    due.since = since;
    due.host = host.id;
    due.name = host.name;
    due.ip = host.ip;
    due.customer = host.customer;
    due.group = host.group;
    due.status = seen.status;
    due.reason = std::move(reason);
    due.last_good = seen.last_good;
    due.is_repeat = is_repeat;
    return due;
  };
  const auto tell_begin = [&](AlertKind kind, bool is_repeat) {
    if (alert.told_outage == kNever) alert.told_outage = seen.fail_since;
    alert.is_late = false;
    return tell(kind, alert.told_outage, seen.reason, is_repeat);
  };
  const auto tell_end = [&](AlertKind kind, std::string reason) {
    Alert due = tell(kind, std::exchange(alert.told_outage, kNever), std::move(reason));
    due.is_late = std::exchange(alert.is_late, false);
    alert.told_degraded = kNever;
    return due;
  };
  const auto length = [&] { return DurationText(cooldown); };

  bool was_flapping = false;
  if (alert.is_flapping) {
    if (is_within(alert.last_unrest, cooldown, now)) return std::nullopt;
    alert.is_flapping = false;
    alert.outages.clear();
    if (!alert.is_open) return tell_end(AlertKind::kStable, "no outage for " + length());
    // Down for so long is stable, too: this outage goes on being told.
    alert.told_outage = seen.fail_since;
    was_flapping = true;
  }

  if (alert.is_open) {
    if (seen.status != Status::kDown || seen.in_maintenance) return std::nullopt;
    if (alert.told_outage == kNever) {
      if (alert.outages.size() <= kMostOutages) return tell_begin(AlertKind::kDown, false);
      alert.is_flapping = true;
      Alert due = tell_begin(AlertKind::kFlapping, false);
      due.reason = "down " + std::to_string(kMostOutages + 1) + " times within " + length();
      return due;
    }
    alert.told_at = std::min(alert.told_at, now);
    if (is_acknowledged(seen.fail_since) || is_within(alert.told_at, cooldown, now)) return std::nullopt;
    return tell_begin(AlertKind::kDown, !was_flapping);
  }
  if (alert.told_outage != kNever) return tell_end(AlertKind::kRecovery, seen.reason);

  const bool is_told = alert.told_degraded != kNever;
  if (is_told && seen.status == Status::kUp)
    return tell(AlertKind::kDegradedOver, std::exchange(alert.told_degraded, kNever), "");
  if (seen.status != Status::kDegraded || seen.in_maintenance) return std::nullopt;
  if (is_told) alert.degraded_told_at = std::min(alert.degraded_told_at, now);
  if (is_within(alert.degraded_told_at, cooldown, now)) return std::nullopt;
  if (is_told && is_acknowledged(alert.told_degraded)) return std::nullopt;
  if (!is_told) alert.told_degraded = alert.degraded_since;
  alert.degraded_told_at = now;
  return tell(AlertKind::kDegraded, alert.told_degraded, seen.reason, is_told);
}

void MarkTold(Host& host, WallTime now) { host.seen.last_alert_time = now; }

std::vector<Told> ToldOf(std::span<const Alert> alerts) {
  std::vector<const Alert*> in_order;
  for (const Alert& alert : alerts) in_order.push_back(&alert);
  std::stable_sort(in_order.begin(), in_order.end(), [](const Alert* a, const Alert* b) { return a->t < b->t; });
  std::vector<Told> told;
  for (const Alert* alert : in_order)
    if (!alert->host.empty()) told.push_back({alert->host, alert->kind, alert->since});
  return told;
}

void RestoreTold(Observation& seen, const Told& told, WallTime t) {
  if (!seen.alert) seen.alert = AlertState();
  AlertState& alert = *seen.alert;
  alert.told_at = t;
  switch (told.kind) {
    case AlertKind::kDown:
    case AlertKind::kFlapping:
      alert.told_outage = told.since;
      alert.is_flapping = told.kind == AlertKind::kFlapping;
      if (alert.last_unrest == kNever) alert.last_unrest = t;
      break;
    case AlertKind::kRecovery:
    case AlertKind::kStable:
      alert.told_outage = alert.told_degraded = kNever;
      alert.is_flapping = alert.is_late = false;
      if (told.kind == AlertKind::kStable) alert.outages.clear();
      break;
    case AlertKind::kDegraded:
      alert.told_degraded = alert.degraded_since = told.since;
      alert.degraded_told_at = t;
      break;
    case AlertKind::kDegradedOver:
      alert.told_degraded = alert.degraded_since = kNever;
      break;
    case AlertKind::kBlind:
    case AlertKind::kTest:
      break;
  }
}

void RestoreTold(HostList& list, const Told& told, WallTime t) {
  Host* host = list.Find(told.host);
  if (host == nullptr) return;
  RestoreTold(host->seen, told, t);
  MarkTold(*host, std::max(host->seen.last_alert_time, t));
}

void RestoreAlertState(Observation& seen, WallTime now) {
  // Times of events and of hosts.json are rounded by each its own way.
  constexpr std::chrono::seconds kSame{1};
  // A count without a time is what the earlier Python system's file has: at its alert the host was failing for certain.
  if (seen.fail_count > 0 && seen.fail_since == kNever && seen.last_alert_time <= now)
    seen.fail_since = seen.last_alert_time;
  const AlertState known = seen.alert ? *seen.alert : AlertState();
  WallTime told_outage = known.told_outage, told_at = known.told_at;
  if (known.told_at == kNever || known.told_at + kSame < seen.last_alert_time) {
    // An alert ahead of now is unknown, unless the outage is ahead, too: then the clock is behind both.
    const bool is_clock_behind = seen.fail_since > now;
    if (seen.fail_since != kNever && seen.last_alert_time >= seen.fail_since &&
        (is_clock_behind || seen.last_alert_time <= now)) {
      told_outage = seen.fail_since;
      told_at = seen.last_alert_time;
    }
  }
  const bool is_answering = seen.status == Status::kUp || seen.status == Status::kDegraded;
  seen.is_outage = seen.status == Status::kDown || (!is_answering && (known.is_open || told_outage != kNever));
  if (seen.is_outage || seen.alert) {
    if (!seen.alert) seen.alert = AlertState();
    seen.alert->is_open = seen.is_outage;
    seen.alert->told_outage = told_outage;
    seen.alert->told_at = told_at;
  }
  // No file says who vouched for which failures. Nobody did for those of a line that was not blamed; else somebody did
  // for all but the last, as a round later somebody has in most cases.
  const bool is_unblamed = seen.status == Status::kUnreachable;
  seen.vouched_failures = is_unblamed ? 0 : std::max(0, seen.fail_count - 1);
  seen.doubt_since = seen.last_check;
}

}  // namespace linewatch
