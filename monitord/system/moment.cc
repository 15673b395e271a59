#include "monitord/system/moment.h"

#include <ctime>

namespace linewatch {

using std::chrono::nanoseconds;

namespace {

nanoseconds Read(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

}  // namespace

nanoseconds BootNow() { return Read(CLOCK_BOOTTIME); }

ClockReading ReadWallAndSteady() { return {Read(CLOCK_REALTIME).count(), Read(CLOCK_MONOTONIC).count()}; }

Moment ReadClocks() {
  // Whoever is stopped between two of the clocks would take the pause for a step.
  constexpr int kTries = 10;
  constexpr nanoseconds kTogether = std::chrono::milliseconds(5);
  Moment moment{};
  for (int i = 0; i < kTries; ++i) {
    moment.boot = BootNow();
    moment.wall = WallNow();
    moment.steady = std::chrono::steady_clock::now();
    if (BootNow() - moment.boot < kTogether) break;
  }
  return moment;
}

}  // namespace linewatch
