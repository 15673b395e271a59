#include "monitord/probe/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace linewatch {
namespace {

uint64_t TickAt(SteadyTime t) { return static_cast<uint64_t>(t.time_since_epoch() / TimerWheel::kTick); }

// Ticks of 32 bits, less than half of their circle apart.
bool is_after(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) > 0; }

}  // namespace

TimerWheel::TimerWheel(SteadyTime now) : next_(TickAt(now)) {}

void TimerWheel::Set(uint16_t sleeper, SteadyTime at) {
  if (sleeper >= sleepers_.size()) sleepers_.resize(sleeper + 1U);
  Cancel(sleeper);
  // Rounded up, so that the tick's beginning is not early; what has passed comes next.
  const uint64_t due = std::max(TickAt(at - SteadyTime::duration(1)) + 1, next_);
  uint16_t& first = first_[due % kSlots];
  sleepers_[sleeper] = {static_cast<uint32_t>(due), kNone, first};
  if (first != kNone) sleepers_[first].before = sleeper;
  first = sleeper;
  used_[due % kSlots / 64] |= uint64_t{1} << due % 64;
}

void TimerWheel::Cancel(uint16_t sleeper) {
  if (sleeper >= sleepers_.size() || sleepers_[sleeper].before == kUnset) return;
  Sleeper& gone = sleepers_[sleeper];
  const uint64_t slot = gone.due % kSlots;
  if (gone.after != kNone) sleepers_[gone.after].before = gone.before;
  if (gone.before != kNone) {
    sleepers_[gone.before].after = gone.after;
  } else {
    first_[slot] = gone.after;
    if (gone.after == kNone) used_[slot / 64] &= ~(uint64_t{1} << slot % 64);
  }
  gone.before = kUnset;
}

std::optional<uint16_t> TimerWheel::Take(SteadyTime now) {
  const uint64_t last = TickAt(now);
  while (next_ <= last) {
    const auto used = FirstUsed();
    if (!used || *used > last) break;
    next_ = *used;
    for (uint16_t i = first_[next_ % kSlots]; i != kNone; i = sleepers_[i].after) {
      if (is_after(sleepers_[i].due, static_cast<uint32_t>(next_))) continue;
      Cancel(i);
      return i;
    }
    ++next_;
  }
  next_ = std::max(next_, last + 1);
  return std::nullopt;
}

SteadyTime TimerWheel::next_at() const {
  const auto used = FirstUsed();
  return used ? SteadyTime(*used * kTick) : SteadyTime::max();
}

std::optional<uint64_t> TimerWheel::FirstUsed() const {
  constexpr uint64_t kWords = kSlots / 64;
  for (uint64_t i = 0; i <= kWords; ++i) {
    const uint64_t word = (next_ / 64 + i) % kWords;
    uint64_t bits = used_[word];
    // The slots before next_'s own are the end of the lap.
    if (i == 0) bits &= ~uint64_t{0} << next_ % 64;
    if (i == kWords) bits &= (uint64_t{1} << next_ % 64) - 1;
    if (bits != 0) return (next_ / 64 + i) * 64 + static_cast<uint64_t>(std::countr_zero(bits));
  }
  return std::nullopt;
}

}  // namespace linewatch
