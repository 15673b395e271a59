// How fast echo requests may follow each other so that all their replies find room in the receive buffer. Pure.
#ifndef LINEWATCH_MONITORD_PROBE_PING_PACING_H_
#define LINEWATCH_MONITORD_PROBE_PING_PACING_H_

#include <chrono>
#include <cstddef>

namespace linewatch {

// In any kWindow no more are sent than the receive buffer has `room` for replies. So no reply is lost when this process
// does not get the processor for as long as a window. Half of them may go out at once, the other half is spread over
// the window.
class Pacing {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kWindow{50};
  // So many may go out at once however little room there is: a monitor that is slower than this is of no use.
  static constexpr size_t kLeast = 8;

  explicit Pacing(size_t room);

  // How many may be sent now.
  size_t allowance(Clock::time_point now) const;
  void Spend(size_t count, Clock::time_point now);
  // When `count` requests, at most kLeast, may be sent.
  Clock::time_point ready_at(size_t count) const;

 private:
  double burst_, left_;
  double per_tick_;  // of the clock
  Clock::time_point spent_at_{};
};

}  // namespace linewatch

#endif
