// How long a line takes to answer, and when a lost echo request is therefore sent again. Pure.
#ifndef LINEWATCH_MONITORD_ROUND_TRIP_H_
#define LINEWATCH_MONITORD_ROUND_TRIP_H_

#include <chrono>

namespace linewatch {

// The smoothed round trip and its variation of one line: RFC 6298, section 2.
class RoundTrip {
 public:
  void Add(std::chrono::microseconds measured);
  bool is_known() const { return smoothed_us_ > 0; }

  // SRTT + 4 RTTVAR, at least kFloor; only meaningful when is_known().
  std::chrono::microseconds retransmit_after() const;

  // Far above what scheduling adds to a reply's way, so that nothing is sent twice on a quiet LAN.
  static constexpr std::chrono::microseconds kFloor{20000};

 private:
  float smoothed_us_ = 0, variation_us_ = 0;
};

// When repeat `n` (from 1 to `retries`) of a check is sent, after its start. The first follows the line's own round trip,
// the last is not before half of the timeout, those between grow geometrically; none is later than the timeout allows.
std::chrono::microseconds RepeatAfter(const RoundTrip& line, int n, int retries, std::chrono::microseconds timeout);

}  // namespace linewatch

#endif
