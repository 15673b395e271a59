// How long a host takes to answer, and when a lost echo request is therefore sent again. Pure.
#ifndef LINEWATCH_MONITORD_PROBE_ROUND_TRIP_H_
#define LINEWATCH_MONITORD_PROBE_ROUND_TRIP_H_

#include <chrono>
#include <cstdint>

#include "monitord/system/moment.h"

namespace linewatch {

// What the stamp of a reply says: how long after the request it came.
struct ReplyAge {
  std::chrono::nanoseconds length;
  bool is_exact;  // else the wall clock was set meanwhile: it came at this age or earlier
};
ReplyAge AgeOfReply(const ClockReading& sent, int64_t received_wall_ns, const ClockReading& read);

// The smoothed round trip and its variation of one host: RFC 6298, section 2.
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

// When repeat `n` (from 1 to `retries`) of a check is sent, after its start. The first follows the host's own round
// trip, the last is not before half of the timeout, those between grow geometrically; none is later than the timeout
// allows.
std::chrono::microseconds RepeatAfter(const RoundTrip& round_trip, int n, int retries,
                                      std::chrono::microseconds timeout);

// Whether an echo request that was sent `lateness` after its time, with `left` until the deadline, was sent too late
// for the want of an answer to say anything about the host.
bool IsTooLate(std::chrono::nanoseconds lateness, std::chrono::nanoseconds left, const RoundTrip& round_trip,
               std::chrono::nanoseconds timeout);

}  // namespace linewatch

#endif
