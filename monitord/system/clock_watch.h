// Notices that the wall clock was set.
#ifndef LINEWATCH_MONITORD_SYSTEM_CLOCK_WATCH_H_
#define LINEWATCH_MONITORD_SYSTEM_CLOCK_WATCH_H_

#include <chrono>
#include <optional>

#include "monitord/system/moment.h"
#include "store/value/clock_step.h"

namespace linewatch {

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

}  // namespace linewatch

#endif
