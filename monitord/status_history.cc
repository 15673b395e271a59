#include "monitord/status_history.h"

#include <cstdio>
#include <utility>

#include "monitord/uptime.h"

namespace linewatch {
namespace {

std::optional<StatusChange> ChangeTo(Observation& seen, Status to, WallTime at, WallTime since, std::string reason) {
  if (seen.status == to) return std::nullopt;
  StatusChange change{seen.status, to, since, std::move(reason)};
  seen.status = to;
  seen.last_change = at;
  return change;
}

std::string Exceeds(float value, const char* unit, const char* how, double limit) {
  char text[96];
  std::snprintf(text, sizeof text, "%.3g %s, %s than %g %s", static_cast<double>(value), unit, how, limit, unit);
  return text;
}

}  // namespace

Limits LimitsOf(const Host& host, const Config& config) {
  return {host.fail_threshold.value_or(config.fail_threshold), host.slow_ms, host.max_loss_percent, host.max_jitter_ms};
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
                                        const Limits& limits, WallTime now) {
  seen.last_check = sent;
  seen.rtt_ms = result.rtt_ms;
  seen.loss_percent = result.loss_percent;
  seen.jitter_ms = result.jitter_ms;
  seen.status_current = result.ok;
  seen.reason = result.reason;

  if (!result.ok) {
    seen.trail.Add(Trail::kFailed);
    if (seen.fail_count == 0) seen.fail_since = kNever;
    if (seen.fail_since == kNever) {
      // A count without a time is what the seed's file has: when its alert went out the host was failing for certain.
      const bool was_told = seen.fail_count > 0 && seen.last_alert_time != kNever && seen.last_alert_time < sent;
      seen.fail_since = was_told ? seen.last_alert_time : sent;
    }
    ++seen.fail_count;
    AddStretch(seen.history, sent, UptimeHistory::Kind::kDown);
    seen.uptime = UptimePercent(seen.history, now);
    // A host that is down stays so when its threshold is raised: an alert that went out stands until a good check.
    const bool is_down = seen.status == Status::kDown || seen.fail_count >= limits.fail_threshold;
    return ChangeTo(seen, is_down ? Status::kDown : Status::kFailing, sent, seen.fail_since, result.reason);
  }

  const bool was_degraded = seen.status == Status::kDegraded || seen.degraded_before_failing;
  seen.trail.Add(result.rtt_ms.value_or(0));
  seen.last_good = sent;
  seen.fail_count = 0;
  seen.fail_since = kNever;
  AddStretch(seen.history, sent, UptimeHistory::Kind::kUp);
  seen.uptime = UptimePercent(seen.history, now);

  seen.reason = BeyondLimit(result, limits);
  const bool speaks_for_change = seen.reason.empty() == was_degraded;
  seen.beyond_or_within = speaks_for_change ? static_cast<uint8_t>(seen.beyond_or_within + 1) : uint8_t{0};
  bool is_degraded = was_degraded;
  if (seen.beyond_or_within >= kDegradedChecks) {
    is_degraded = !was_degraded;
    seen.beyond_or_within = 0;
  }
  seen.degraded_before_failing = is_degraded;
  return ChangeTo(seen, is_degraded ? Status::kDegraded : Status::kUp, sent, sent, seen.reason);
}

std::optional<StatusChange> RecordEnabled(Observation& seen, bool enabled, WallTime now) {
  if (enabled == (seen.status != Status::kPaused)) return std::nullopt;
  AddStretch(seen.history, now, UptimeHistory::Kind::kNeither);
  return ChangeTo(seen, enabled ? Status::kPending : Status::kPaused, now, now, "");
}

}  // namespace linewatch
