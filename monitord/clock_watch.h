// Notices that the wall clock was set, and moves what was recorded by the old time to the new one.
#ifndef LINEWATCH_MONITORD_CLOCK_WATCH_H_
#define LINEWATCH_MONITORD_CLOCK_WATCH_H_

#include <chrono>
#include <functional>
#include <optional>

#include "monitord/steady_time.h"
#include "store/host_list.h"
#include "store/wall_time.h"

namespace linewatch {

// One moment by the three clocks of Linux: the wall clock may be set at any time, the steady one stands still while the
// machine sleeps, the boot clock does neither.
struct Moment {
  WallTime wall;
  SteadyTime steady;
  std::chrono::nanoseconds boot;

  // When something happened, by the wall clock as it is now.
  WallTime WallOf(SteadyTime t) const {
    return wall - std::chrono::duration_cast<std::chrono::microseconds>(steady - t);
  }
};
Moment ReadClocks();

class ClockWatch {
 public:
  // To be called every few seconds: what a clock is slewed by in between is no step. Answers by how much the wall clock
  // was set since the last look.
  std::optional<std::chrono::microseconds> Look(const Moment& now);

  static constexpr std::chrono::seconds kStep{1};  // more than any slewing makes of a few seconds

 private:
  std::optional<Moment> last_;
};

// Whether the kernel knows the time to be right: adjtimex(2).
bool is_clock_synchronised();

// Hands every time in it on to `shift`.
void ShiftTimes(AlertState& alert, const std::function<void(WallTime&)>& shift);

// The clock was set by `step` and shows `now`: what was recorded from `since` on, by the old time, keeps its distance
// from now. What lay ahead of the old time is of an older run, which saw another clock: it stays.
void ShiftTimes(HostList& list, WallTime since, std::chrono::microseconds step, WallTime now);

}  // namespace linewatch

#endif
