// Notices that the machine slept: its monotonic clock stood still meanwhile, CLOCK_BOOTTIME did not.
#ifndef LINEWATCH_MONITORD_SYSTEM_SUSPEND_WATCH_H_
#define LINEWATCH_MONITORD_SYSTEM_SUSPEND_WATCH_H_

#include <chrono>
#include <optional>

namespace linewatch {

class SuspendWatch {
 public:
  // Whether the machine slept since the last call; the first call answers no.
  bool HasSlept();

  // The same from readings of the clocks, in this order: the time between them is no sleep. Pure.
  bool HasSlept(std::chrono::nanoseconds steady_before, std::chrono::nanoseconds boot,
                std::chrono::nanoseconds steady_after);

 private:
  std::optional<std::chrono::nanoseconds> slept_at_most_;  // since the boot, as far as was known
};

}  // namespace linewatch

#endif
