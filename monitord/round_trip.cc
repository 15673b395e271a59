#include "monitord/round_trip.h"

#include <algorithm>
#include <cmath>

namespace linewatch {

using std::chrono::microseconds;

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

microseconds RepeatAfter(const RoundTrip& line, int n, int retries, microseconds timeout) {
  const microseconds last = timeout / 2;
  if (n >= retries) return last;
  // A line never measured may be a satellite: a quarter of the timeout is patience enough and leaves room to double.
  const microseconds first = line.is_known() ? std::min(line.retransmit_after(), last) : timeout / 4;
  const double growth = static_cast<double>(last.count()) / static_cast<double>(first.count());
  const double exponent = static_cast<double>(n - 1) / static_cast<double>(retries - 1);
  return microseconds(std::llround(static_cast<double>(first.count()) * std::pow(growth, exponent)));
}

}  // namespace linewatch
