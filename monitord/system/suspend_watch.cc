#include "monitord/system/suspend_watch.h"

#include <utility>

#include "monitord/system/moment.h"

namespace linewatch {

using std::chrono::nanoseconds;

bool SuspendWatch::HasSlept() {
  const auto steady_before = std::chrono::steady_clock::now();
  const nanoseconds boot = BootNow();
  const auto steady_after = std::chrono::steady_clock::now();
  return HasSlept(steady_before.time_since_epoch(), boot, steady_after.time_since_epoch());
}

bool SuspendWatch::HasSlept(nanoseconds steady_before, nanoseconds boot, nanoseconds steady_after) {
  // This process may have lost the processor between two readings: only what is certain counts.
  const nanoseconds slept_at_least = boot - steady_after;
  const auto before = std::exchange(slept_at_most_, boot - steady_before);
  return before && slept_at_least > *before;
}

}  // namespace linewatch
