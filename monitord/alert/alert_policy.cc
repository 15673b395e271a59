#include "monitord/alert/alert_policy.h"

#include <algorithm>

#include "monitord/system/time_text.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

bool is_within(WallTime t, milliseconds length, WallTime now) { return t <= now && now - t < length; }

void NoteOutage(AlertState& alert, const Observation& seen, milliseconds cooldown, WallTime now) {
  const bool is_outage = seen.is_outage;
  if (is_outage == alert.is_open) return;
  alert.is_open = is_outage;
  alert.last_unrest = now;
  std::erase_if(alert.outages, [&](WallTime t) { return !is_within(t, cooldown, now); });
  if (is_outage && !seen.in_maintenance) alert.outages.push_back(now);
}

// A certificate that ends soon is told by a kind of its own.
bool is_nothing_but_certificate(const Observation& seen) {
  return seen.certificate_ending.is_on && !seen.beyond_limits.is_on;
}
bool is_within_limits(const Observation& seen) {
  return seen.status == Status::kUp || (seen.status == Status::kDegraded && is_nothing_but_certificate(seen));
}
bool is_beyond_limits(const Observation& seen) {
  return seen.status == Status::kDegraded && !is_nothing_but_certificate(seen);
}

void NoteDegraded(AlertState& alert, const Observation& seen) {
  if (is_within_limits(seen)) alert.degraded_since = kNever;
  if (is_beyond_limits(seen) && alert.degraded_since == kNever) alert.degraded_since = seen.last_change;
}

AlertState& StateOf(Observation& seen) {
  if (!seen.alert) {
    seen.alert = AlertState();
    seen.alert->told_certificate = seen.cert_warned;
  }
  return *seen.alert;
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
bool is_certificate_same(const Observation& seen) {
  return seen.alert->told_expires != kNever && seen.details && seen.details->cert_expires == seen.alert->told_expires;
}

// The day of a warning is so many whole days before the end: of a certificate of which that is so, it was told.
WallTime ToldExpires(const Observation& seen, WallTime told_certificate) {
  constexpr std::chrono::seconds kRounding{1};
  if (told_certificate == kNever || !seen.details || seen.details->cert_expires <= told_certificate) return kNever;
  const auto left = (seen.details->cert_expires - told_certificate + kRounding) % std::chrono::hours(24);
  return left <= 2 * kRounding ? seen.details->cert_expires : kNever;
}

std::string RenewedText(const Observation& seen, WallTime now) {
  if (!seen.details || seen.details->cert_expires == kNever) return "";
  return "the certificate is now valid until " + ClockText(seen.details->cert_expires, now);
}

}  // namespace

std::optional<Alert> TakeDueAlert(Host& host, milliseconds cooldown, WallTime now) {
  Observation& seen = host.seen;
  if (!seen.alert && !seen.is_outage && seen.status != Status::kDegraded) return std::nullopt;
  AlertState& alert = StateOf(seen);
  NoteOutage(alert, seen, cooldown, now);
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
    if (!is_known(seen.status)) alert.last_unrest = now;
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
  if (is_told && is_within_limits(seen))
    return tell(AlertKind::kDegradedOver, std::exchange(alert.told_degraded, kNever), "");
  const bool is_certificate_told = alert.told_certificate != kNever;
  if (is_certificate_told && !seen.certificate_ending.is_on && is_answering(seen.status) &&
      !is_certificate_same(seen)) {
    alert.past_certificate = alert.told_certificate;
    return tell(AlertKind::kCertificateOver, std::exchange(alert.told_certificate, kNever), RenewedText(seen, now));
  }
  if (seen.certificate_ending.is_on && seen.status == Status::kDegraded && !seen.in_maintenance) {
    constexpr std::chrono::seconds kSame{1};  // times of events are rounded
    const WallTime day = DayOfWarning(host, now);
    // Never for an earlier day again: of two servers under one name the one may have been renewed, and the other not.
    if (day != kNever && day > std::max(alert.told_certificate, alert.past_certificate) + kSame) {
      alert.told_certificate = day;
      alert.told_expires = seen.details->cert_expires;
      return tell(AlertKind::kCertificate, day, DescribeCertificate(*seen.details, now));
    }
  }
  if (!is_beyond_limits(seen) || seen.in_maintenance) return std::nullopt;
  if (is_told) alert.degraded_told_at = std::min(alert.degraded_told_at, now);
  if (is_within(alert.degraded_told_at, cooldown, now)) return std::nullopt;
  if (is_told && is_acknowledged(alert.told_degraded)) return std::nullopt;
  if (!is_told) alert.told_degraded = alert.degraded_since;
  alert.degraded_told_at = now;
  return tell(AlertKind::kDegraded, alert.told_degraded, seen.reason, is_told);
}

void MarkNotified(Host& host, WallTime now) {
  host.seen.last_alert_time = now;
  if (host.seen.alert) host.seen.cert_warned = host.seen.alert->told_certificate;
}

std::vector<Told> ToldOf(std::span<const Alert> alerts) {
  std::vector<const Alert*> in_order;
  for (const Alert& alert : alerts) in_order.push_back(&alert);
  std::stable_sort(in_order.begin(), in_order.end(), [](const Alert* a, const Alert* b) { return a->t < b->t; });
  std::vector<Told> told;
  for (const Alert* alert : in_order)
    if (!alert->host.empty()) told.push_back({alert->host, alert->kind, alert->since});
  return told;
}

void RestoreNotified(Observation& seen, const Told& told, WallTime t) {
  AlertState& alert = StateOf(seen);
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
    case AlertKind::kCertificate:
      alert.told_certificate = seen.cert_warned = told.since;
      break;
    case AlertKind::kCertificateOver:
      alert.past_certificate = told.since;
      alert.told_certificate = seen.cert_warned = kNever;
      break;
    case AlertKind::kStillBlind:
    case AlertKind::kBlind:
    case AlertKind::kUnwritable:
    case AlertKind::kWritable:
    case AlertKind::kTest:
      break;
  }
}

void RestoreNotified(HostList& list, const Told& told, WallTime t) {
  Host* host = list.Find(told.host);
  if (host == nullptr) return;
  RestoreNotified(host->seen, told, t);
  host->seen.last_alert_time = std::max(host->seen.last_alert_time, t);
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
  seen.is_outage =
      seen.status == Status::kDown || (!is_answering(seen.status) && (known.is_open || told_outage != kNever));
  if (seen.is_outage || seen.alert || seen.cert_warned != kNever) {
    AlertState& alert = StateOf(seen);
    alert.is_open = seen.is_outage;
    alert.told_outage = told_outage;
    alert.told_at = told_at;
  }
  if (seen.alert) seen.alert->told_expires = ToldExpires(seen, seen.alert->told_certificate);
  // No file says who vouched for which failures. Nobody did for those of a line that was not blamed; else somebody did
  // for all but the last, as a round later somebody has in most cases.
  const bool is_unblamed = seen.status == Status::kUnreachable;
  seen.vouched_failures = is_unblamed ? 0 : std::max(0, seen.fail_count - 1);
  seen.doubt_since = seen.last_check;
}

}  // namespace linewatch
