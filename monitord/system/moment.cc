#include "monitord/system/moment.h"

#include <ctime>

namespace linewatch {

using std::chrono::nanoseconds;

nanoseconds BootNow() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

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
