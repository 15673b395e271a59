// What a check's result makes of a host: its status, its counts, its trail. Pure: state, result and time in, state and
// the change of status out.
#ifndef LINEWATCH_MONITORD_VERDICT_STATE_MACHINE_H_
#define LINEWATCH_MONITORD_VERDICT_STATE_MACHINE_H_

#include <optional>

#include "monitord/probe/prober.h"
#include "monitord/verdict/host_state.h"
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
struct Path {
  bool is_blind = false;        // monitord sees nothing at all,
  std::string_view why_blind;   // because of this
  bool parents_failed = false;  // the host has enabled parents, and the last check of every one of them failed
  // Until when the way is known to have been open: when the last answered check of an uplink was sent, or of a parent,
  // whichever is earlier. WallTime::max() for a host without parents where there are no uplinks. A check that was sent
  // before this and failed is confirmed: the failure is the host's own.
  WallTime last_answer = WallTime::max();
};

struct StatusChange {
  Status from, to;
  // When the check was sent that the new status began with. Down begins with the first that failed; unreachable and
  // unknown begin with the first failure that is not the host's own, or with the check that was void.
  WallTime since;
  std::string reason;
};

// A check that was started at `sent` has ended; it is recorded at `now`.
std::optional<StatusChange> RecordCheck(WatchedHost host, const CheckResult& result, WallTime sent,
                                        const Limits& limits, const Path& path, WallTime now);

// The threshold is reached, but the last failure is not confirmed yet: uplinks and parents are to be checked at once.
bool is_awaiting_confirmation(const Observation& seen, const Limits& limits);
// More is known of the path to such a host. It goes on waiting while that is not enough.
std::optional<StatusChange> Confirm(WatchedHost host, const Limits& limits, const Path& path, WallTime now);

// The host was paused, or is watched again: then it is pending until its next check. The trail stays as it is; failures
// before the pause are no longer "in a row" with those to come, unless they had reached the threshold.
std::optional<StatusChange> RecordEnabled(WatchedHost host, bool enabled, WallTime now);

// A maintenance window has begun or ended: the status goes on, the time in it is in neither part of the uptime.
void RecordMaintenance(WatchedHost host, bool in_maintenance, WallTime now);

// Failures so far are no longer "in a row" with those to come, unless they had reached the threshold.
void BreakFailures(WatchedHost host);
// Nobody watched from `from` to `to`.
void RecordGap(WatchedHost host, WallTime from, WallTime to);

// Once, when the list is loaded: which failures are confirmed, for no file says so. Of an unreachable host none, of any
// other all but the last: one check later all of them are in most cases.
void RestoreFailures(WatchedHost host);
// Once, when the list is loaded: whether a limit or the certificate has degraded the host, for no file says so.
void RestoreDegradation(WatchedHost host, const Limits& limits, WallTime now);

// Whether the certificate that was seen last ends within the limit.
bool is_certificate_ending(const Observation& seen, const Limits& limits, WallTime now);

// Whether the result is beyond a limit, and which, as a sentence: "120 ms, slower than 100 ms". Empty if it is not.
std::string BeyondLimit(const CheckResult& result, const Limits& limits);

// Into degraded, and out of it, this many checks in a row; failed checks between do not reset the count.
inline constexpr int kDegradedChecks = 3;

// A host of which this many checks in a row were void is unknown.
inline constexpr int kVoidChecks = 3;

}  // namespace linewatch

#endif
