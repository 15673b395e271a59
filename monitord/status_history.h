// What a check's result makes of a host: its status, its counts, its trail. Pure: state, result and time in, state and
// the change of status out.
#ifndef LINEWATCH_MONITORD_STATUS_HISTORY_H_
#define LINEWATCH_MONITORD_STATUS_HISTORY_H_

#include <optional>

#include "monitord/prober.h"
#include "store/config.h"
#include "store/host.h"

namespace linewatch {

// The limits in force for one host: its own where it has them, config.json's otherwise.
struct Limits {
  int fail_threshold = 10;
  std::optional<double> slow_ms, max_loss_percent, max_jitter_ms;
};
Limits LimitsOf(const Host& host, const Config& config);

struct StatusChange {
  Status from, to;
  WallTime since;  // when the check was sent that the new status began with: for down, the first that failed
  std::string reason;
};

// A check that was started at `sent` has ended; it is recorded at `now`.
std::optional<StatusChange> RecordCheck(Observation& seen, const CheckResult& result, WallTime sent,
                                        const Limits& limits, WallTime now);

// The host was paused, or is watched again: then it is pending until its next check. Counts and trail stay as they are.
std::optional<StatusChange> RecordEnabled(Observation& seen, bool enabled, WallTime now);

// Whether the result is beyond a limit, and which, as a sentence: "120 ms, slower than 100 ms". Empty if it is not.
std::string BeyondLimit(const CheckResult& result, const Limits& limits);

// Into degraded, and out of it, this many checks in a row; failed checks between do not reset the count.
inline constexpr int kDegradedChecks = 3;

}  // namespace linewatch

#endif
