// The wall clock was set: which times go with it.
#ifndef LINEWATCH_STORE_VALUE_CLOCK_STEP_H_
#define LINEWATCH_STORE_VALUE_CLOCK_STEP_H_

#include <chrono>

#include "store/value/wall_time.h"

namespace linewatch {

// The clock was set by `by` and shows `now`. What was recorded from `since` on, by the old time, keeps its distance from
// now. What lay ahead of the old time is of an older run, which saw another clock: it stays.
struct ClockStep {
  WallTime since;
  std::chrono::microseconds by;
  WallTime now;

  void operator()(WallTime& t) const {
    if (t != kNever && t >= since && t <= now - by) t += by;
  }
};

}  // namespace linewatch

#endif
