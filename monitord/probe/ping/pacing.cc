#include "monitord/probe/ping/pacing.h"

#include <algorithm>
#include <cmath>

namespace linewatch {

Pacing::Pacing(size_t room)
    : burst_(static_cast<double>(std::max(kLeast, room / 2))),
      left_(burst_),
      per_tick_(burst_ / static_cast<double>(Clock::duration(kWindow).count())) {}

size_t Pacing::allowance(Clock::time_point now) const {
  const auto passed = std::max(now - spent_at_, Clock::duration(0));
  return static_cast<size_t>(std::min(burst_, left_ + static_cast<double>(passed.count()) * per_tick_));
}

void Pacing::Spend(size_t count, Clock::time_point now) {
  const auto passed = std::max(now - spent_at_, Clock::duration(0));
  left_ = std::min(burst_, left_ + static_cast<double>(passed.count()) * per_tick_) - static_cast<double>(count);
  spent_at_ = std::max(now, spent_at_);
}

Pacing::Clock::time_point Pacing::ready_at(size_t count) const {
  const double missing = static_cast<double>(count) - left_;
  if (missing <= 0) return spent_at_;
  return spent_at_ + Clock::duration(std::llround(std::ceil(missing / per_tick_)));
}

}  // namespace linewatch
