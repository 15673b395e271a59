#include "monitord/system/clock_watch.h"

#include <sys/timex.h>

namespace linewatch {

using std::chrono::microseconds;

std::optional<microseconds> ClockWatch::Look(const Moment& now) {
  const auto before = last_;
  last_ = now;
  if (!before) return std::nullopt;
  const auto step = (now.wall - before->wall) - std::chrono::duration_cast<microseconds>(now.boot - before->boot);
  if (step > -kStep && step < kStep) return std::nullopt;
  return step;
}

bool is_clock_synchronised() {
  timex clock{};
  return adjtimex(&clock) != TIME_ERROR;
}

}  // namespace linewatch
