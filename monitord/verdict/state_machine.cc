#include "monitord/verdict/state_machine.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "monitord/system/time_text.h"
#include "monitord/verdict/uptime.h"

namespace linewatch {
namespace {

std::optional<StatusChange> ChangeTo(Observation& seen, Status to, WallTime at, WallTime since, std::string reason) {
  if (seen.status == to) return std::nullopt;
  StatusChange change{seen.status, to, since, std::move(reason)};
  seen.status = to;
  seen.last_change = at;
  return change;
}

// What the time from `from` on says about the line.
void Count(Observation& seen, WallTime from) {
  AddStretch(seen.history, from, TimeKindOf(seen.status, seen.in_maintenance));
}

// The failures that nobody vouched for are not the line's: as if there had been none since `doubt_since`.
void TakeBackDoubtful(Observation& seen) {
  if (seen.is_outage) return;  // told or not, it stands until a good check
  seen.fail_count = seen.vouched_failures;
  if (seen.fail_count == 0) seen.fail_since = kNever;
}

bool has_doubtful_failures(const Observation& seen) { return seen.fail_count > seen.vouched_failures; }

// The failure that was sent at `sent` is not the line's, nor are those before it that nobody vouched for.
std::optional<StatusChange> ChangeToUnblamed(Observation& seen, Status to, WallTime sent, std::string reason) {
  const WallTime since = has_doubtful_failures(seen) && seen.status == Status::kFailing ? seen.doubt_since : sent;
  auto change = ChangeTo(seen, to, sent, since, std::move(reason));
  if (change) ForgetFrom(seen.history, since, TimeKindOf(to, seen.in_maintenance));
  return change;
}

std::string_view WhyUnmeasured(VoidReason void_reason) {
  switch (void_reason) {
    case VoidReason::kNotSent:
      return "not measured: nothing could be sent";
    case VoidReason::kLate:
      return "not measured: monitord did not run in time";
    case VoidReason::kDropped:
      return "not measured: replies were dropped";
    case VoidReason::kCrowded:
      return "not measured: too many other checks hang";
    case VoidReason::kNoSecret:
      return "not measured: its password or headers are not known";
    case VoidReason::kNoLookUp:
      return "not measured: its name was not looked up in time";
    case VoidReason::kNone:
      break;
  }
  return "";
}

std::optional<StatusChange> RecordUnmeasured(Observation& seen, VoidReason void_reason, WallTime sent) {
  if (seen.unmeasured < kUnmeasuredChecks) ++seen.unmeasured;
  if (seen.unmeasured < kUnmeasuredChecks || seen.status == Status::kPending) return std::nullopt;
  seen.reason = WhyUnmeasured(void_reason);
  auto change = ChangeTo(seen, Status::kUnknown, sent, sent, seen.reason);
  Count(seen, sent);
  return change;
}

// While monitord is blind only what answers is known.
std::optional<StatusChange> RecordBlind(Observation& seen, WallTime sent, const Upstream& upstream) {
  // Where there is nobody to ask, nobody has vouched either.
  if (upstream.answered != WallTime::max() && upstream.answered > seen.last_check)
    seen.vouched_failures = seen.fail_count;
  seen.reason = "monitord is blind: " + std::string(upstream.why_blind);
  auto change = ChangeToUnblamed(seen, Status::kUnknown, sent, seen.reason);
  TakeBackDoubtful(seen);
  return change;
}

std::optional<StatusChange> RecordFailure(Observation& seen, const std::string& reason, WallTime sent,
                                          const Limits& limits, const Upstream& upstream) {
  // A parent or sight is back: what reboots behind it, or was still cut when this check was sent, is counted anew.
  const bool was_excused = seen.status == Status::kUnreachable || seen.status == Status::kUnknown;
  if (was_excused && !upstream.parents_failed) BreakFailures(seen);

  const bool is_first = seen.fail_count == 0;
  if (is_first || seen.fail_since == kNever) seen.fail_since = sent;
  if (is_first || upstream.answered > seen.last_check) {
    seen.vouched_failures = seen.fail_count;
    seen.doubt_since = sent;
  }
  ++seen.fail_count;
  seen.last_check = sent;
  seen.status_current = false;
  seen.reason = reason;
  seen.trail.Add(Trail::kFailed);

  std::optional<StatusChange> change;
  if (upstream.parents_failed) {
    change = ChangeToUnblamed(seen, Status::kUnreachable, sent, reason);
  } else if (seen.is_outage) {
    change = ChangeTo(seen, Status::kDown, sent, sent, reason);
  } else {
    change = ChangeTo(seen, Status::kFailing, sent, sent, reason);
    Count(seen, sent);
    if (auto down = Confirm(seen, limits, upstream, sent)) {
      if (change) down->from = change->from;
      // Time of which nothing is known does not become down time afterwards.
      if (change && !is_answering(change->from) && change->from != Status::kFailing) down->since = sent;
      change = std::move(down);
    }
  }
  Count(seen, sent);
  return change;
}

void Note(SteadyMark& mark, bool is_so) {
  mark.contrary = is_so == mark.is_on ? uint8_t{0} : static_cast<uint8_t>(mark.contrary + 1);
  if (mark.contrary >= kDegradedChecks) mark = {is_so, 0};
}

std::string EndingText(const ServiceDetails& details, WallTime now) {
  return "the certificate of " + details.cert_subject + " expires in " + DaysLeftText(details.cert_expires - now);
}

// A check that fails may have seen the certificate, or may not have come so far: then the one before is still known.
void RecordDetails(Observation& seen, const CheckResult& result) {
  if (!result.details && !seen.details) return;
  ServiceDetails fresh = result.details ? *result.details : ServiceDetails();
  if (fresh.cert_expires == kNever && seen.details) {
    fresh.cert_expires = seen.details->cert_expires;
    fresh.cert_subject = seen.details->cert_subject;
    fresh.cert_issuer = seen.details->cert_issuer;
  }
  seen.details = fresh == ServiceDetails() ? BoxedOptional<ServiceDetails>() : std::move(fresh);
}

std::optional<StatusChange> RecordSuccess(Observation& seen, const CheckResult& result, WallTime sent,
                                          const Limits& limits) {
  seen.last_check = seen.last_good = sent;
  seen.status_current = true;
  seen.trail.Add(result.rtt_ms.value_or(0));
  seen.fail_count = seen.vouched_failures = 0;
  seen.fail_since = kNever;
  seen.is_outage = false;

  seen.reason = BeyondLimit(result, limits);
  Note(seen.beyond_limits, !seen.reason.empty());
  const bool is_ending = is_certificate_ending(seen, limits, sent);
  Note(seen.certificate_ending, is_ending);
  if (seen.reason.empty() && is_ending) seen.reason = EndingText(*seen.details, sent);
  const bool is_degraded = seen.beyond_limits.is_on || seen.certificate_ending.is_on;
  auto change = ChangeTo(seen, is_degraded ? Status::kDegraded : Status::kUp, sent, sent, seen.reason);
  Count(seen, sent);
  return change;
}

std::string Exceeds(float value, const char* unit, const char* how, double limit) {
  char text[96];
  std::snprintf(text, sizeof text, "%.3g %s, %s than %g %s", static_cast<double>(value), unit, how, limit, unit);
  return text;
}

}  // namespace

Limits LimitsOf(const Host& host, const Config& config) {
  Limits limits{host.fail_threshold.value_or(config.fail_threshold), host.slow_ms, host.max_loss_percent,
                host.max_jitter_ms};
  if (host.service && !host.service->warn_days.empty())
    limits.certificate =
        std::chrono::hours(24) * *std::max_element(host.service->warn_days.begin(), host.service->warn_days.end());
  return limits;
}

bool is_certificate_ending(const Observation& seen, const Limits& limits, WallTime now) {
  return seen.details && seen.details->cert_expires != kNever && seen.details->cert_expires - now <= limits.certificate;
}

void RestoreDegradation(Observation& seen, const Limits& limits, WallTime now) {
  if (seen.status != Status::kDegraded) return;
  (is_certificate_ending(seen, limits, now) ? seen.certificate_ending : seen.beyond_limits).is_on = true;
}

std::string BeyondLimit(const CheckResult& result, const Limits& limits) {
  const auto beyond = [](const std::optional<float>& value, const std::optional<double>& limit) {
    return value && limit && static_cast<double>(*value) > *limit;
  };
  if (beyond(result.loss_percent, limits.max_loss_percent))
    return Exceeds(*result.loss_percent, "% loss", "more", *limits.max_loss_percent);
  if (beyond(result.rtt_ms, limits.slow_ms)) return Exceeds(*result.rtt_ms, "ms", "slower", *limits.slow_ms);
  if (beyond(result.jitter_ms, limits.max_jitter_ms))
    return Exceeds(*result.jitter_ms, "ms jitter", "more", *limits.max_jitter_ms);
  return "";
}

std::optional<StatusChange> RecordCheck(Observation& seen, const CheckResult& result, WallTime sent,
                                        const Limits& limits, const Upstream& upstream, WallTime now) {
  std::optional<StatusChange> change;
  if (result.void_reason == VoidReason::kNone && result.is_open) return std::nullopt;
  if (result.void_reason != VoidReason::kNone) {
    change = RecordUnmeasured(seen, result.void_reason, sent);
  } else if (!result.ok && upstream.is_blind) {
    change = RecordBlind(seen, sent, upstream);
  } else {
    seen.unmeasured = 0;
    seen.rtt_ms = result.rtt_ms;
    seen.loss_percent = result.loss_percent;
    seen.jitter_ms = result.jitter_ms;
    RecordDetails(seen, result);
    change = result.ok ? RecordSuccess(seen, result, sent, limits)
                       : RecordFailure(seen, result.reason, sent, limits, upstream);
  }
  seen.uptime = UptimePercent(seen.history, now);
  return change;
}

bool is_awaiting_confirmation(const Observation& seen, const Limits& limits) {
  return seen.status == Status::kFailing && seen.fail_count >= limits.fail_threshold;
}

std::optional<StatusChange> Confirm(Observation& seen, const Limits& limits, const Upstream& upstream, WallTime now) {
  if (!is_awaiting_confirmation(seen, limits)) return std::nullopt;
  if (upstream.is_blind) return RecordBlind(seen, now, upstream);
  if (upstream.parents_failed) return ChangeToUnblamed(seen, Status::kUnreachable, now, seen.reason);
  if (upstream.answered <= seen.last_check) return std::nullopt;
  seen.is_outage = true;
  return ChangeTo(seen, Status::kDown, now, seen.fail_since, seen.reason);
}

std::optional<StatusChange> RecordEnabled(Observation& seen, bool enabled, WallTime now) {
  if (enabled == (seen.status != Status::kPaused)) return std::nullopt;
  auto change = ChangeTo(seen, enabled ? Status::kPending : Status::kPaused, now, now, "");
  if (enabled) BreakFailures(seen);
  Count(seen, now);
  seen.uptime = UptimePercent(seen.history, now);
  return change;
}

void RecordMaintenance(Observation& seen, bool in_maintenance, WallTime now) {
  seen.in_maintenance = in_maintenance;
  Count(seen, now);
}

void BreakFailures(Observation& seen) {
  if (seen.is_outage) return;  // told or not, it stands until a good check
  seen.fail_count = seen.vouched_failures = 0;
  seen.fail_since = kNever;
}

void RecordGap(Observation& seen, WallTime from, WallTime to) {
  AddStretch(seen.history, from, TimeKind::kOff);
  Count(seen, to);
  BreakFailures(seen);
}

}  // namespace linewatch
