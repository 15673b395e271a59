// What a check's result makes of a host: its status, its counts, its trail. Pure: state, result and time in, state and
// the change of status out.
#ifndef LINEWATCH_MONITORD_VERDICT_STATE_MACHINE_H_
#define LINEWATCH_MONITORD_VERDICT_STATE_MACHINE_H_

#include <optional>

#include "monitord/probe/prober.h"
#include "store/config.h"
#include "store/host.h"

namespace linewatch {

// The limits in force for one host: its own where it has them, config.json's otherwise.
struct Limits {
  int fail_threshold = 10;
  std::optional<double> slow_ms, max_loss_percent, max_jitter_ms;
  std::chrono::hours certificate{0};  // left of it, or less, is beyond the limit, too
};
Limits LimitsOf(const Host& host, const Config& config);

// What lies between monitord and a host, as far as it is known when the host's check is judged.
struct Upstream {
  bool is_blind = false;        // monitord sees nothing at all,
  std::string_view why_blind;   // because of this
  bool parents_failed = false;  // the host has enabled parents, and the last check of every one of them failed
  // When the last check was sent to which an uplink and a parent have answered; for ever where there are none to ask. A
  // failure before it is the line's own: it is vouched for.
  WallTime answered = WallTime::max();
};

struct StatusChange {
  Status from, to;
  // When the check was sent that the new status began with. Down begins with the first that failed; unreachable and
  // unknown begin with the first failure that is not the line's own, or with the check that could not be measured.
  WallTime since;
  std::string reason;
};

// A check that was started at `sent` has ended; it is recorded at `now`.
std::optional<StatusChange> RecordCheck(Observation& seen, const CheckResult& result, WallTime sent,
                                        const Limits& limits, const Upstream& upstream, WallTime now);

// The threshold is reached, but nobody vouches yet for the last failure: uplinks and parents are to be asked at once.
bool is_awaiting_confirmation(const Observation& seen, const Limits& limits);
// More is known of the upstream of such a host. It goes on waiting while that is not enough.
std::optional<StatusChange> Confirm(Observation& seen, const Limits& limits, const Upstream& upstream, WallTime now);

// The host was paused, or is watched again: then it is pending until its next check. The trail stays as it is; failures
// before the pause are no longer "in a row" with those to come, unless they had reached the threshold.
std::optional<StatusChange> RecordEnabled(Observation& seen, bool enabled, WallTime now);

// A maintenance window has begun or ended: the status goes on, the time in it is in neither part of the uptime.
void RecordMaintenance(Observation& seen, bool in_maintenance, WallTime now);

// Failures so far are no longer "in a row" with those to come, unless they had reached the threshold.
void BreakFailures(Observation& seen);
// Nobody watched from `from` to `to`.
void RecordGap(Observation& seen, WallTime from, WallTime to);

// Once, when the list is loaded: which of the two that can degrade a host did, for no file says so.
void RestoreDegradation(Observation& seen, const Limits& limits, WallTime now);

// Whether the certificate that was seen last ends within the limit.
bool is_certificate_ending(const Observation& seen, const Limits& limits, WallTime now);

// Whether the result is beyond a limit, and which, as a sentence: "120 ms, slower than 100 ms". Empty if it is not.
std::string BeyondLimit(const CheckResult& result, const Limits& limits);

// Into degraded, and out of it, this many checks in a row; failed checks between do not reset the count.
inline constexpr int kDegradedChecks = 3;

// A host of which this many checks in a row could not be measured is unknown.
inline constexpr int kUnmeasuredChecks = 3;

}  // namespace linewatch

#endif
