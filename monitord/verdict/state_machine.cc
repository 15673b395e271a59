#include "monitord/verdict/state_machine.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "monitord/system/time_text.h"
#include "monitord/verdict/uptime.h"
#include "monitord/verdict/void_reason_traits.h"

namespace linewatch {
namespace {

std::optional<StatusChange> ChangeTo(Observation& seen, Status to, WallTime at, WallTime since, std::string reason) {
  if (seen.status == to) return std::nullopt;
  StatusChange change{seen.status, to, since, std::move(reason)};
  seen.status = to;
  seen.last_change = at;
  return change;
}

// What the time from `from` on says about the host.
void Count(WatchedHost host, WallTime from) {
  AddStretch(host.state.history, from, TimeKindOf(host.seen.status, host.seen.in_maintenance));
}

// The failures that are not confirmed are not the host's: as if there had been none since the first of them.
void TakeBackUnconfirmed(WatchedHost host) {
  auto [seen, state] = host;
  if (state.is_outage) return;  // notified or not, it stands until a good check
  seen.fail_count = state.confirmed_failures;
  if (seen.fail_count == 0) seen.fail_since = kNever;
}

// The failure of the check that was sent at `sent` is not the host's, nor are those before it that are not confirmed.
std::optional<StatusChange> ChangeToUnblamed(WatchedHost host, Status to, WallTime sent, std::string reason) {
  auto [seen, state] = host;
  const bool has_unconfirmed = seen.fail_count > state.confirmed_failures && seen.status == Status::kFailing;
  const WallTime since = has_unconfirmed ? state.unconfirmed_since : sent;
  auto change = ChangeTo(seen, to, sent, since, std::move(reason));
  if (change) ForgetFrom(state.history, since, TimeKindOf(to, seen.in_maintenance));
  return change;
}

std::optional<StatusChange> RecordVoid(WatchedHost host, const CheckResult& result, WallTime sent) {
  auto [seen, state] = host;
  if (state.void_checks < kVoidChecks) ++state.void_checks;
  if (state.void_checks < kVoidChecks) return std::nullopt;
  seen.reason = result.void_reason == VoidReason::kNoKey && !result.reason.empty() ? "void: " + result.reason.str()
                                                                                   : TraitsOf(result.void_reason).why;
  if (seen.status == Status::kPending) return std::nullopt;
  auto change = ChangeTo(seen, Status::kUnknown, sent, sent, seen.reason);
  Count(host, sent);
  return change;
}

// While monitord is blind only what answers is known.
std::optional<StatusChange> RecordBlind(WatchedHost host, WallTime sent, const Path& path) {
  auto [seen, state] = host;
  // Where there is nobody to ask, nothing was confirmed either.
  if (path.last_answer != WallTime::max() && path.last_answer > seen.last_check)
    state.confirmed_failures = seen.fail_count;
  seen.reason = "monitord is blind: " + std::string(path.why_blind);
  auto change = ChangeToUnblamed(host, Status::kUnknown, sent, seen.reason);
  TakeBackUnconfirmed(host);
  return change;
}

std::optional<StatusChange> RecordFailure(WatchedHost host, const std::string& reason, WallTime sent,
                                          const Limits& limits, const Path& path) {
  auto [seen, state] = host;
  // A parent answers again, or monitord is no longer blind: for a host that reboots with its parent, or that was still
  // cut off when this check was sent, failures are counted anew.
  const bool was_excused = seen.status == Status::kUnreachable || seen.status == Status::kUnknown;
  if (was_excused && !path.parents_failed) BreakFailures(host);

  const bool is_first = seen.fail_count == 0;
  if (is_first || seen.fail_since == kNever) seen.fail_since = sent;
  if (is_first || path.last_answer > seen.last_check) {
    state.confirmed_failures = seen.fail_count;
    state.unconfirmed_since = sent;
  }
  ++seen.fail_count;
  seen.last_check = sent;
  seen.status_current = false;
  seen.reason = reason;
  seen.trail.Add(Trail::kFailed);

  std::optional<StatusChange> change;
  if (path.parents_failed) {
    change = ChangeToUnblamed(host, Status::kUnreachable, sent, reason);
  } else if (state.is_outage) {
    change = ChangeTo(seen, Status::kDown, sent, sent, reason);
  } else {
    change = ChangeTo(seen, Status::kFailing, sent, sent, reason);
    Count(host, sent);
    if (auto down = Confirm(host, limits, path, sent)) {
      if (change) down->from = change->from;
      // Time of which nothing is known does not become down time afterwards.
      if (change && !is_answering(change->from) && change->from != Status::kFailing) down->since = sent;
      change = std::move(down);
    }
  }
  Count(host, sent);
  return change;
}

void Note(SteadyMark& mark, bool is_so) {
  mark.contrary = is_so == mark.is_on ? uint8_t{0} : static_cast<uint8_t>(mark.contrary + 1);
  if (mark.contrary >= kDegradedChecks) mark = {is_so, 0};
}

std::string EndingText(const CheckDetails& details, WallTime now) {
  return "the certificate of " + details.cert_subject + " expires in " + DaysLeftText(details.cert_expires - now);
}

// A check that fails may have seen the certificate, or may not have come so far: then the one before is still known.
void RecordDetails(Observation& seen, const CheckResult& result) {
  if (!result.details && !seen.details) return;
  CheckDetails fresh = result.details ? *result.details : CheckDetails();
  if (fresh.cert_expires == kNever && seen.details) {
    fresh.cert_expires = seen.details->cert_expires;
    fresh.cert_subject = seen.details->cert_subject;
    fresh.cert_issuer = seen.details->cert_issuer;
  }
  seen.details = fresh == CheckDetails() ? BoxedOptional<CheckDetails>() : std::move(fresh);
}

std::optional<StatusChange> RecordSuccess(WatchedHost host, const CheckResult& result, WallTime sent,
                                          const Limits& limits) {
  auto [seen, state] = host;
  seen.last_check = seen.last_good = sent;
  seen.status_current = true;
  seen.trail.Add(result.rtt_ms.value_or(0));
  seen.fail_count = state.confirmed_failures = 0;
  seen.fail_since = kNever;
  state.is_outage = false;

  seen.reason = BeyondLimit(result, limits);
  Note(state.beyond_limits, !seen.reason.empty());
  const bool is_ending = is_certificate_ending(seen, limits, sent);
  Note(state.certificate_ending, is_ending);
  if (seen.reason.empty() && is_ending) seen.reason = EndingText(*seen.details, sent);
  const bool is_degraded = state.beyond_limits.is_on || state.certificate_ending.is_on;
  auto change = ChangeTo(seen, is_degraded ? Status::kDegraded : Status::kUp, sent, sent, seen.reason);
  Count(host, sent);
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
  if (host.check_settings && !host.check_settings->warn_days.empty())
    limits.certificate = std::chrono::hours(24) * *std::max_element(host.check_settings->warn_days.begin(),
                                                                    host.check_settings->warn_days.end());
  return limits;
}

bool is_certificate_ending(const Observation& seen, const Limits& limits, WallTime now) {
  return seen.details && seen.details->cert_expires != kNever && seen.details->cert_expires - now <= limits.certificate;
}

void RestoreFailures(WatchedHost host) {
  auto [seen, state] = host;
  const bool is_unblamed = seen.status == Status::kUnreachable;
  state.confirmed_failures = is_unblamed ? 0 : std::max(0, seen.fail_count - 1);
  state.unconfirmed_since = seen.last_check;
}

void RestoreDegradation(WatchedHost host, const Limits& limits, WallTime now) {
  auto [seen, state] = host;
  if (seen.status != Status::kDegraded) return;
  (is_certificate_ending(seen, limits, now) ? state.certificate_ending : state.beyond_limits).is_on = true;
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

std::optional<StatusChange> RecordCheck(WatchedHost host, const CheckResult& result, WallTime sent,
                                        const Limits& limits, const Path& path, WallTime now) {
  auto [seen, state] = host;
  std::optional<StatusChange> change;
  if (result.void_reason == VoidReason::kNone && result.is_open) return std::nullopt;
  if (result.void_reason != VoidReason::kNone) {
    change = RecordVoid(host, result, sent);
  } else if (!result.ok && path.is_blind) {
    change = RecordBlind(host, sent, path);
  } else {
    state.void_checks = 0;
    seen.rtt_ms = result.rtt_ms;
    seen.loss_percent = result.loss_percent;
    seen.jitter_ms = result.jitter_ms;
    RecordDetails(seen, result);
    change =
        result.ok ? RecordSuccess(host, result, sent, limits) : RecordFailure(host, result.reason, sent, limits, path);
  }
  seen.uptime = UptimePercent(state.history, now);
  return change;
}

bool is_awaiting_confirmation(const Observation& seen, const Limits& limits) {
  return seen.status == Status::kFailing && seen.fail_count >= limits.fail_threshold;
}

std::optional<StatusChange> Confirm(WatchedHost host, const Limits& limits, const Path& path, WallTime now) {
  auto [seen, state] = host;
  if (!is_awaiting_confirmation(seen, limits)) return std::nullopt;
  if (path.is_blind) return RecordBlind(host, now, path);
  if (path.parents_failed) return ChangeToUnblamed(host, Status::kUnreachable, now, seen.reason);
  if (path.last_answer <= seen.last_check) return std::nullopt;
  state.is_outage = true;
  return ChangeTo(seen, Status::kDown, now, seen.fail_since, seen.reason);
}

std::optional<StatusChange> RecordEnabled(WatchedHost host, bool enabled, WallTime now) {
  auto [seen, state] = host;
  if (enabled == (seen.status != Status::kPaused)) return std::nullopt;
  auto change = ChangeTo(seen, enabled ? Status::kPending : Status::kPaused, now, now, "");
  if (enabled) BreakFailures(host);
  Count(host, now);
  seen.uptime = UptimePercent(state.history, now);
  return change;
}

void RecordMaintenance(WatchedHost host, bool in_maintenance, WallTime now) {
  host.seen.in_maintenance = in_maintenance;
  Count(host, now);
}

void BreakFailures(WatchedHost host) {
  auto [seen, state] = host;
  if (state.is_outage) return;  // notified or not, it stands until a good check
  seen.fail_count = state.confirmed_failures = 0;
  seen.fail_since = kNever;
}

void RecordGap(WatchedHost host, WallTime from, WallTime to) {
  AddStretch(host.state.history, from, TimeKind::kOff);
  Count(host, to);
  BreakFailures(host);
}

}  // namespace linewatch
