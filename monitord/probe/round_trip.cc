#include "monitord/probe/round_trip.h"

#include <algorithm>
#include <cmath>

namespace linewatch {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

ReplyAge AgeOfReply(const ClockReading& sent, int64_t received_wall_ns, const ClockReading& read) {
  // A clock that is slewed stays within half of it in a second; the two readings of a moment are a tenth of it apart.
  constexpr int64_t kSet = 1000000;
  const int64_t at_most = read.steady_ns - sent.steady_ns;
  const int64_t drift = (read.wall_ns - sent.wall_ns) - at_most;
  const int64_t age = received_wall_ns - sent.wall_ns;
  const bool is_exact = std::abs(drift) < kSet && age >= 0 && age <= at_most + kSet;
  return {nanoseconds(is_exact ? std::min(age, at_most) : at_most), is_exact};
}

void RoundTrip::Add(microseconds measured) {
  const float sample = std::max(1.0F, static_cast<float>(measured.count()));
  if (!is_known()) {
    smoothed_us_ = sample;
    variation_us_ = sample / 2;
    return;
  }
  variation_us_ += (std::fabs(smoothed_us_ - sample) - variation_us_) / 4;
  smoothed_us_ += (sample - smoothed_us_) / 8;
}

microseconds RoundTrip::retransmit_after() const {
  return std::max(kFloor, microseconds(static_cast<int64_t>(smoothed_us_ + 4 * variation_us_)));
}

microseconds RepeatAfter(const RoundTrip& round_trip, int n, int retries, microseconds timeout) {
  const microseconds last = timeout / 2;
  if (n >= retries) return last;
  // A host that was never measured may be behind a satellite: a quarter of the timeout is patience enough, and leaves
  // room to double.
  const microseconds first = round_trip.is_known() ? std::min(round_trip.retransmit_after(), last) : timeout / 4;
  if (n == 1) return first;
  const double growth = static_cast<double>(last.count()) / static_cast<double>(first.count());
  const double exponent = static_cast<double>(n - 1) / static_cast<double>(retries - 1);
  return microseconds(std::llround(static_cast<double>(first.count()) * std::pow(growth, exponent)));
}

bool IsTooLate(nanoseconds lateness, nanoseconds left, const RoundTrip& round_trip, nanoseconds timeout) {
  if (lateness > timeout / 4) return true;
  return lateness > RoundTrip::kFloor && round_trip.is_known() && left < round_trip.retransmit_after();
}

}  // namespace linewatch
