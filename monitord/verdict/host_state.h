// What monitord remembers of a host from check to check, beside what hosts.json shows of it. It is in no file: a start
// makes it anew from hosts.json and the events.
#ifndef LINEWATCH_MONITORD_VERDICT_HOST_STATE_H_
#define LINEWATCH_MONITORD_VERDICT_HOST_STATE_H_

#include <cstdint>
#include <vector>

#include "store/host.h"
#include "store/timeline.h"
#include "store/value/wall_time.h"

namespace linewatch {

// Something that single checks to the contrary do not change: kDegradedChecks in a row do.
struct SteadyMark {
  bool is_on = false;
  uint8_t contrary = 0;  // checks in a row
};

// What was measured since the last step of history/ ended.
struct OpenStep {
  float rtt_min = 0, rtt_max = 0, rtt_sum = 0;  // milliseconds, of what was answered
  float loss_sum = 0;                           // percent, of all checks
  uint16_t answered = 0, checks = 0;
};

struct HostState {
  bool is_outage = false;  // the threshold was reached; until a good check
  // Either makes a host degraded, and failed checks between do not change it.
  SteadyMark beyond_limits, certificate_ending;
  uint8_t void_checks = 0;  // in a row
  // How many of the failures in Observation::fail_count are the host's own for certain, because an uplink and a parent
  // have answered after them.
  int confirmed_failures = 0;
  OpenStep step;                        // between the two, where it leaves no padding: there are ten thousand of these
  WallTime unconfirmed_since = kNever;  // when the first check failed that is not among confirmed_failures
  // When the last check was sent that ended an outage or found all well: acknowledgements until then are over.
  WallTime settled_at = kNever;
  Timeline history;  // of the last day
};

// One for each host of HostList::hosts, in the same order.
using HostStates = std::vector<HostState>;

// A host as the rules of checks see it.
struct WatchedHost {
  Observation& seen;
  HostState& state;
};

// Hands to `shift` each time of `state` that was read from the wall clock, and is to be shifted when that is set. The
// history is shifted, too, by rules of its own: ShiftTimeline. All members are named here: a new one compiles only when
// somebody has decided whether it is such a time.
template <class Shift>
void ForEachClockTime(HostState& state, Shift&& shift) {
  auto& [is_outage, beyond_limits, certificate_ending, void_checks, confirmed_failures, step, unconfirmed_since,
         settled_at, history] = state;
  shift(unconfirmed_since);
  shift(settled_at);
}

// Whether the outage or degradation has ended in which the acknowledgement was written.
bool is_over_by_state(const Acknowledgement& acknowledgement, const Observation& seen, const HostState& state);

}  // namespace linewatch

#endif
