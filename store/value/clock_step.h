// The wall clock was set: which times go with it.
#ifndef LINEWATCH_STORE_VALUE_CLOCK_STEP_H_
#define LINEWATCH_STORE_VALUE_CLOCK_STEP_H_

#include <chrono>

#include "store/value/wall_time.h"

namespace linewatch {

// The clock was set by `by` and shows `now`. Times from `since` on, by the clock as it was, are moved by `by`. Those
// that lay ahead of it are of an older run, which saw another clock: they stay.
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
