// Reads the clocks of Linux: one moment by several of them.
#ifndef LINEWATCH_MONITORD_SYSTEM_MOMENT_H_
#define LINEWATCH_MONITORD_SYSTEM_MOMENT_H_

#include <chrono>
#include <cstdint>

#include "monitord/system/steady_time.h"
#include "store/value/wall_time.h"

namespace linewatch {

// Time since the boot, with the time that the machine slept.
std::chrono::nanoseconds BootNow();

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
// Takes care that no pause of this process lies between the three.
Moment ReadClocks();

// The same for the stamp of a packet: two clocks, each read once. The kernel stamps what it receives by the wall clock.
struct ClockReading {
  int64_t wall_ns, steady_ns;
};
ClockReading ReadWallAndSteady();

}  // namespace linewatch

#endif
