#include "monitord/alert/alert_policy.h"

#include <algorithm>

#include "monitord/system/time_text.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

bool is_within(WallTime t, milliseconds length, WallTime now) { return t <= now && now - t < length; }

void NoteOutage(AlertState& alert, const Observation& seen, const HostState& state, milliseconds cooldown,
                WallTime now) {
  if (state.is_outage == alert.is_open) return;
  alert.is_open = state.is_outage;
  alert.outage_changed = now;
  std::erase_if(alert.outages, [&](WallTime t) { return !is_within(t, cooldown, now); });
  if (state.is_outage && !seen.in_maintenance) alert.outages.push_back(now);
}

// A certificate that ends soon is told by a kind of its own.
bool is_nothing_but_certificate(const HostState& state) {
  return state.certificate_ending.is_on && !state.beyond_limits.is_on;
}
bool is_within_limits(const Observation& seen, const HostState& state) {
  return seen.status == Status::kUp || (seen.status == Status::kDegraded && is_nothing_but_certificate(state));
}
bool is_beyond_limits(const Observation& seen, const HostState& state) {
  return seen.status == Status::kDegraded && !is_nothing_but_certificate(state);
}

void NoteDegraded(AlertState& alert, const Observation& seen, const HostState& state) {
  if (is_within_limits(seen, state)) alert.degraded_since = kNever;
  if (is_beyond_limits(seen, state) && alert.degraded_since == kNever) alert.degraded_since = seen.last_change;
}

AlertState& StateOf(BoxedOptional<AlertState>& alert, const Observation& seen) {
  if (!alert) {
    alert = AlertState();
    alert->notified_certificate = seen.cert_warned;
  }
  return *alert;
}

// The last day of warning that has come for the certificate that was seen last: so many days before its end.
WallTime DayOfWarning(const Host& host, WallTime now) {
  WallTime last = kNever;
  if (!host.service || !host.seen.details || host.seen.details->cert_expires == kNever) return last;
  for (const int days : host.service->warn_days) {
    const WallTime day = host.seen.details->cert_expires - std::chrono::hours(24) * days;
    if (day <= now) last = std::max(last, day);
  }
  return last;
}

std::string DescribeCertificate(const ServiceDetails& details, WallTime now) {
  return "expires in " + DaysLeftText(details.cert_expires - now) + ", " + ClockText(details.cert_expires, now) +
         "; issued by " + details.cert_issuer;
}

// With other warn_days the one that was told is one that does not end soon, but it was not renewed.
bool is_certificate_same(const Observation& seen, const AlertState& alert) {
  return alert.certificate_expires != kNever && seen.details && seen.details->cert_expires == alert.certificate_expires;
}

// The end of the certificate that people were warned of on `day`, if that is the one that was seen last: the day of a
// warning is a whole number of days before the end.
WallTime CertificateExpires(const Observation& seen, WallTime day) {
  constexpr std::chrono::seconds kRounding{1};
  if (day == kNever || !seen.details || seen.details->cert_expires <= day) return kNever;
  const auto left = (seen.details->cert_expires - day + kRounding) % std::chrono::hours(24);
  return left <= 2 * kRounding ? seen.details->cert_expires : kNever;
}

std::string RenewedText(const Observation& seen, WallTime now) {
  if (!seen.details || seen.details->cert_expires == kNever) return "";
  return "the certificate is now valid until " + ClockText(seen.details->cert_expires, now);
}

}  // namespace

std::optional<Alert> TakeDueAlert(const Host& host, const HostState& state, BoxedOptional<AlertState>& known,
                                  milliseconds cooldown, WallTime now) {
  const Observation& seen = host.seen;
  if (!known && !state.is_outage && seen.status != Status::kDegraded) return std::nullopt;
  AlertState& alert = StateOf(known, seen);
  NoteOutage(alert, seen, state, cooldown, now);
  NoteDegraded(alert, seen, state);
  const auto is_acknowledged = [&](WallTime since) { return host.acknowledged && host.acknowledged->at >= since; };
  const auto tell = [&](AlertKind kind, WallTime since, std::string reason, bool is_repeat = false) {
    alert.notified_at = now;
    Alert due;
    due.kind = kind;
    due.t = now;
    due.since = since;
    due.host = host.id;
    due.name = host.name;
    due.ip = AddressText(host);
    due.customer = host.customer;
    due.group = host.group;
    due.status = seen.status;
    due.reason = std::move(reason);
    due.last_good = seen.last_good;
    due.is_repeat = is_repeat;
    return due;
  };
  const auto tell_begin = [&](AlertKind kind, bool is_repeat) {
    if (alert.notified_outage == kNever) alert.notified_outage = seen.fail_since;
    alert.is_late = false;
    return tell(kind, alert.notified_outage, seen.reason, is_repeat);
  };
  const auto tell_end = [&](AlertKind kind, std::string reason) {
    Alert due = tell(kind, std::exchange(alert.notified_outage, kNever), std::move(reason));
    due.is_late = std::exchange(alert.is_late, false);
    alert.notified_degraded = kNever;
    return due;
  };
  const auto length = [&] { return DurationText(cooldown); };

  bool was_flapping = false;
  if (alert.is_flapping) {
    if (!is_known(seen.status)) alert.outage_changed = now;
    if (is_within(alert.outage_changed, cooldown, now)) return std::nullopt;
    alert.is_flapping = false;
    alert.outages.clear();
    if (!alert.is_open) return tell_end(AlertKind::kStable, "no outage for " + length());
    // Down for so long is stable, too: this outage goes on being told.
    alert.notified_outage = seen.fail_since;
    was_flapping = true;
  }

  if (alert.is_open) {
    if (seen.status != Status::kDown || seen.in_maintenance) return std::nullopt;
    if (alert.notified_outage == kNever) {
      if (alert.outages.size() <= kMostOutages) return tell_begin(AlertKind::kDown, false);
      alert.is_flapping = true;
      Alert due = tell_begin(AlertKind::kFlapping, false);
      due.reason = "down " + std::to_string(kMostOutages + 1) + " times within " + length();
      return due;
    }
    alert.notified_at = std::min(alert.notified_at, now);
    if (is_acknowledged(seen.fail_since) || is_within(alert.notified_at, cooldown, now)) return std::nullopt;
    return tell_begin(AlertKind::kDown, !was_flapping);
  }
  if (alert.notified_outage != kNever) return tell_end(AlertKind::kRecovery, seen.reason);

  const bool is_told = alert.notified_degraded != kNever;
  if (is_told && is_within_limits(seen, state))
    return tell(AlertKind::kDegradedOver, std::exchange(alert.notified_degraded, kNever), "");
  const bool is_certificate_told = alert.notified_certificate != kNever;
  if (is_certificate_told && !state.certificate_ending.is_on && is_answering(seen.status) &&
      !is_certificate_same(seen, alert)) {
    alert.past_certificate = alert.notified_certificate;
    return tell(AlertKind::kCertificateOver, std::exchange(alert.notified_certificate, kNever), RenewedText(seen, now));
  }
  if (state.certificate_ending.is_on && seen.status == Status::kDegraded && !seen.in_maintenance) {
    constexpr std::chrono::seconds kSame{1};  // times of events are rounded
    const WallTime day = DayOfWarning(host, now);
    // Never for an earlier day again: of two servers under one name the one may have been renewed, and the other not.
    if (day != kNever && day > std::max(alert.notified_certificate, alert.past_certificate) + kSame) {
      alert.notified_certificate = day;
      alert.certificate_expires = seen.details->cert_expires;
      return tell(AlertKind::kCertificate, day, DescribeCertificate(*seen.details, now));
    }
  }
  if (!is_beyond_limits(seen, state) || seen.in_maintenance) return std::nullopt;
  if (is_told) alert.degraded_notified_at = std::min(alert.degraded_notified_at, now);
  if (is_within(alert.degraded_notified_at, cooldown, now)) return std::nullopt;
  if (is_told && is_acknowledged(alert.notified_degraded)) return std::nullopt;
  if (!is_told) alert.notified_degraded = alert.degraded_since;
  alert.degraded_notified_at = now;
  return tell(AlertKind::kDegraded, alert.notified_degraded, seen.reason, is_told);
}

void MarkNotified(Observation& seen, const BoxedOptional<AlertState>& alert, WallTime now) {
  seen.last_alert_time = now;
  if (alert) seen.cert_warned = alert->notified_certificate;
}

std::vector<NotifiedAlert> NotifiedAlertsOf(std::span<const Alert> alerts) {
  std::vector<const Alert*> in_order;
  for (const Alert& alert : alerts) in_order.push_back(&alert);
  std::stable_sort(in_order.begin(), in_order.end(), [](const Alert* a, const Alert* b) { return a->t < b->t; });
  std::vector<NotifiedAlert> told;
  for (const Alert* alert : in_order)
    if (!alert->host.empty()) told.push_back({alert->host, alert->kind, alert->since});
  return told;
}

void RestoreNotified(Observation& seen, BoxedOptional<AlertState>& known, const NotifiedAlert& told, WallTime t) {
  AlertState& alert = StateOf(known, seen);
  alert.notified_at = t;
  switch (told.kind) {
    case AlertKind::kDown:
    case AlertKind::kFlapping:
      alert.notified_outage = told.since;
      alert.is_flapping = told.kind == AlertKind::kFlapping;
      if (alert.outage_changed == kNever) alert.outage_changed = t;
      break;
    case AlertKind::kRecovery:
    case AlertKind::kStable:
      alert.notified_outage = alert.notified_degraded = kNever;
      alert.is_flapping = alert.is_late = false;
      if (told.kind == AlertKind::kStable) alert.outages.clear();
      break;
    case AlertKind::kDegraded:
      alert.notified_degraded = alert.degraded_since = told.since;
      alert.degraded_notified_at = t;
      break;
    case AlertKind::kDegradedOver:
      alert.notified_degraded = alert.degraded_since = kNever;
      break;
    case AlertKind::kCertificate:
      alert.notified_certificate = seen.cert_warned = told.since;
      break;
    case AlertKind::kCertificateOver:
      alert.past_certificate = told.since;
      alert.notified_certificate = seen.cert_warned = kNever;
      break;
    case AlertKind::kStillBlind:
    case AlertKind::kBlind:
    case AlertKind::kUnwritable:
    case AlertKind::kWritable:
    case AlertKind::kTest:
      break;
  }
}

void RestoreNotified(HostList& list, AlertStates& alerts, const NotifiedAlert& told, WallTime t) {
  Host* host = list.Find(told.host);
  if (host == nullptr) return;
  RestoreNotified(host->seen, alerts[static_cast<size_t>(host - list.hosts.data())], told, t);
  host->seen.last_alert_time = std::max(host->seen.last_alert_time, t);
}

void RestoreAlertState(WatchedHost host, BoxedOptional<AlertState>& alert, WallTime now) {
  auto [seen, state] = host;
  // Times of events and of hosts.json are rounded by each its own way.
  constexpr std::chrono::seconds kSame{1};
  // A count without a time is what the earlier Python system's file has: at its alert the host was failing for certain.
  if (seen.fail_count > 0 && seen.fail_since == kNever && seen.last_alert_time <= now)
    seen.fail_since = seen.last_alert_time;
  const AlertState known = alert ? *alert : AlertState();
  WallTime notified_outage = known.notified_outage, notified_at = known.notified_at;
  if (known.notified_at == kNever || known.notified_at + kSame < seen.last_alert_time) {
    // An alert ahead of now is unknown, unless the outage is ahead, too: then the clock is behind both.
    const bool is_clock_behind = seen.fail_since > now;
    if (seen.fail_since != kNever && seen.last_alert_time >= seen.fail_since &&
        (is_clock_behind || seen.last_alert_time <= now)) {
      notified_outage = seen.fail_since;
      notified_at = seen.last_alert_time;
    }
  }
  state.is_outage =
      seen.status == Status::kDown || (!is_answering(seen.status) && (state.is_outage || notified_outage != kNever));
  if (state.is_outage || alert || seen.cert_warned != kNever) {
    AlertState& restored = StateOf(alert, seen);
    restored.is_open = state.is_outage;
    restored.notified_outage = notified_outage;
    restored.notified_at = notified_at;
  }
  if (alert) alert->certificate_expires = CertificateExpires(seen, alert->notified_certificate);
}

}  // namespace linewatch
