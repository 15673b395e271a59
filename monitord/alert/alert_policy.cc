#include "monitord/alert/alert_policy.h"

#include <algorithm>

#include "monitord/system/time_text.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

// The last day of warning that has come for the certificate that was seen last: so many days before its end.
WallTime DayOfWarning(const Host& host, WallTime now) {
  WallTime last = kNever;
  if (!host.check_settings || !host.seen.details || host.seen.details->cert_expires == kNever) return last;
  for (const int days : host.check_settings->warn_days) {
    const WallTime day = host.seen.details->cert_expires - std::chrono::hours(24) * days;
    if (day <= now) last = std::max(last, day);
  }
  return last;
}

std::string DescribeCertificate(const CheckDetails& details, WallTime now) {
  return "expires in " + DaysLeftText(details.cert_expires - now) + ", " + ClockText(details.cert_expires, now) +
         "; issued by " + details.cert_issuer;
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

// The table above TakeDueAlert, for one host at one moment.
class DueAlert {
 public:
  DueAlert(const Host& host, const HostState& state, AlertState& alert, milliseconds cooldown, WallTime now)
      : host_(host), seen_(host.seen), state_(state), alert_(alert), cooldown_(cooldown), now_(now) {}

  std::optional<Alert> Take() {
    NoteOutage();
    NoteDegraded();
    const bool was_flapping = alert_.is_flapping;
    if (was_flapping) {
      if (!is_known(seen_.status)) alert_.outage_changed = now_;
      if (is_in_cooldown(alert_.outage_changed)) return std::nullopt;
      alert_.is_flapping = false;
      alert_.outages.clear();
      if (!alert_.is_open) return End(AlertKind::kStable, "no outage for " + DurationText(cooldown_));
      // Down for so long is stable, too: people go on being notified of this outage.
      alert_.notified_outage = seen_.fail_since;
    }
    if (alert_.is_open) return OfOutage(was_flapping);
    if (alert_.notified_outage != kNever) return End(AlertKind::kRecovery, seen_.reason);
    if (alert_.notified_degraded != kNever && is_within_limits())
      return Notify(AlertKind::kDegradedOver, std::exchange(alert_.notified_degraded, kNever), "");
    if (auto due = OfRenewedCertificate()) return due;
    if (auto due = OfCertificate()) return due;
    return OfDegradation();
  }

 private:
  bool is_in_cooldown(WallTime t) const { return t <= now_ && now_ - t < cooldown_; }
  bool is_acknowledged(WallTime since) const { return host_.acknowledged && host_.acknowledged->at >= since; }

  // A certificate that ends soon has an alert of its own kind.
  bool is_nothing_but_certificate() const { return state_.certificate_ending.is_on && !state_.beyond_limits.is_on; }
  bool is_within_limits() const {
    return seen_.status == Status::kUp || (seen_.status == Status::kDegraded && is_nothing_but_certificate());
  }
  bool is_beyond_limits() const { return seen_.status == Status::kDegraded && !is_nothing_but_certificate(); }

  void NoteOutage() {
    if (state_.is_outage == alert_.is_open) return;
    alert_.is_open = state_.is_outage;
    alert_.outage_changed = now_;
    std::erase_if(alert_.outages, [&](WallTime t) { return !is_in_cooldown(t); });
    if (state_.is_outage && !seen_.in_maintenance) alert_.outages.push_back(now_);
  }

  void NoteDegraded() {
    if (is_within_limits()) alert_.degraded_since = kNever;
    if (is_beyond_limits() && alert_.degraded_since == kNever) alert_.degraded_since = seen_.last_change;
  }

  std::optional<Alert> OfOutage(bool was_flapping) {
    if (seen_.status != Status::kDown || seen_.in_maintenance) return std::nullopt;
    if (alert_.notified_outage == kNever) {
      if (alert_.outages.size() <= kMostOutages) return Begin(AlertKind::kDown, false);
      alert_.is_flapping = true;
      Alert due = Begin(AlertKind::kFlapping, false);
      due.reason = "down " + std::to_string(kMostOutages + 1) + " times within " + DurationText(cooldown_);
      return due;
    }
    alert_.notified_at = std::min(alert_.notified_at, now_);
    if (is_acknowledged(seen_.fail_since) || is_in_cooldown(alert_.notified_at)) return std::nullopt;
    return Begin(AlertKind::kDown, !was_flapping);
  }

  std::optional<Alert> OfRenewedCertificate() {
    if (alert_.notified_certificate == kNever || state_.certificate_ending.is_on || !is_answering(seen_.status))
      return std::nullopt;
    // With other warn_days it is the same one, which does not end soon by them: it was not renewed.
    if (alert_.certificate_expires != kNever && seen_.details &&
        seen_.details->cert_expires == alert_.certificate_expires)
      return std::nullopt;
    alert_.past_certificate = alert_.notified_certificate;
    return Notify(AlertKind::kCertificateOver, std::exchange(alert_.notified_certificate, kNever),
                  RenewedText(seen_, now_));
  }

  std::optional<Alert> OfCertificate() {
    if (!state_.certificate_ending.is_on || seen_.status != Status::kDegraded || seen_.in_maintenance)
      return std::nullopt;
    constexpr std::chrono::seconds kSame{1};  // times of events are rounded
    const WallTime day = DayOfWarning(host_, now_);
    // Never for an earlier day again: of two servers under one name the one may have been renewed, and the other not.
    if (day == kNever || day <= std::max(alert_.notified_certificate, alert_.past_certificate) + kSame)
      return std::nullopt;
    alert_.notified_certificate = day;
    alert_.certificate_expires = seen_.details->cert_expires;
    return Notify(AlertKind::kCertificate, day, DescribeCertificate(*seen_.details, now_));
  }

  std::optional<Alert> OfDegradation() {
    if (!is_beyond_limits() || seen_.in_maintenance) return std::nullopt;
    const bool is_repeat = alert_.notified_degraded != kNever;
    if (is_repeat) alert_.degraded_notified_at = std::min(alert_.degraded_notified_at, now_);
    if (is_in_cooldown(alert_.degraded_notified_at)) return std::nullopt;
    if (is_repeat && is_acknowledged(alert_.notified_degraded)) return std::nullopt;
    if (!is_repeat) alert_.notified_degraded = alert_.degraded_since;
    alert_.degraded_notified_at = now_;
    return Notify(AlertKind::kDegraded, alert_.notified_degraded, seen_.reason, is_repeat);
  }

  // Of an outage.
  Alert Begin(AlertKind kind, bool is_repeat) {
    if (alert_.notified_outage == kNever) alert_.notified_outage = seen_.fail_since;
    alert_.is_late = false;
    return Notify(kind, alert_.notified_outage, seen_.reason, is_repeat);
  }
  Alert End(AlertKind kind, std::string reason) {
    Alert due = Notify(kind, std::exchange(alert_.notified_outage, kNever), std::move(reason));
    due.is_late = std::exchange(alert_.is_late, false);
    alert_.notified_degraded = kNever;
    return due;
  }

  Alert Notify(AlertKind kind, WallTime since, std::string reason, bool is_repeat = false) {
    alert_.notified_at = now_;
    Alert due;
    due.kind = kind;
    due.t = now_;
    due.since = since;
    due.host = host_.id;
    due.name = host_.name;
    due.ip = AddressText(host_);
    due.customer = host_.customer;
    due.group = host_.group;
    due.status = seen_.status;
    due.reason = std::move(reason);
    due.last_good = seen_.last_good;
    due.is_repeat = is_repeat;
    return due;
  }

  const Host& host_;
  const Observation& seen_;
  const HostState& state_;
  AlertState& alert_;
  const milliseconds cooldown_;
  const WallTime now_;
};

}  // namespace

std::optional<Alert> TakeDueAlert(const Host& host, const HostState& state, BoxedOptional<AlertState>& known,
                                  milliseconds cooldown, WallTime now) {
  if (!known && !state.is_outage && host.seen.status != Status::kDegraded) return std::nullopt;
  return DueAlert(host, state, StateOf(known, host.seen), cooldown, now).Take();
}

AlertState& StateOf(BoxedOptional<AlertState>& alert, const Observation& seen) {
  if (!alert) {
    alert = AlertState();
    alert->notified_certificate = seen.cert_warned;
  }
  return *alert;
}

void MarkNotified(Observation& seen, const BoxedOptional<AlertState>& alert, WallTime now) {
  seen.last_alert_time = now;
  if (alert) seen.cert_warned = alert->notified_certificate;
}

std::vector<NotifiedAlert> NotifiedAlertsOf(std::span<const Alert> alerts) {
  std::vector<const Alert*> in_order;
  for (const Alert& alert : alerts) in_order.push_back(&alert);
  std::stable_sort(in_order.begin(), in_order.end(), [](const Alert* a, const Alert* b) { return a->t < b->t; });
  std::vector<NotifiedAlert> notified;
  for (const Alert* alert : in_order)
    if (!alert->host.empty()) notified.push_back({alert->host, alert->kind, alert->since});
  return notified;
}

void RestoreNotified(Observation& seen, BoxedOptional<AlertState>& known, const NotifiedAlert& notified, WallTime t) {
  AlertState& alert = StateOf(known, seen);
  alert.notified_at = t;
  switch (notified.kind) {
    case AlertKind::kDown:
    case AlertKind::kFlapping:
      alert.notified_outage = notified.since;
      alert.is_flapping = notified.kind == AlertKind::kFlapping;
      if (alert.outage_changed == kNever) alert.outage_changed = t;
      break;
    case AlertKind::kRecovery:
    case AlertKind::kStable:
      alert.notified_outage = alert.notified_degraded = kNever;
      alert.is_flapping = alert.is_late = false;
      if (notified.kind == AlertKind::kStable) alert.outages.clear();
      break;
    case AlertKind::kDegraded:
      alert.notified_degraded = alert.degraded_since = notified.since;
      alert.degraded_notified_at = t;
      break;
    case AlertKind::kDegradedOver:
      alert.notified_degraded = alert.degraded_since = kNever;
      break;
    case AlertKind::kCertificate:
      alert.notified_certificate = seen.cert_warned = notified.since;
      break;
    case AlertKind::kCertificateOver:
      alert.past_certificate = notified.since;
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

void RestoreNotified(HostList& list, AlertStates& alerts, const NotifiedAlert& notified, WallTime t) {
  Host* host = list.Find(notified.host);
  if (host == nullptr) return;
  RestoreNotified(host->seen, alerts[static_cast<size_t>(host - list.hosts.data())], notified, t);
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
