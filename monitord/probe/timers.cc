#include "monitord/probe/timers.h"

#include <algorithm>

namespace linewatch {

void Timers::Reserve(size_t sleepers) {
  constexpr size_t kStep = 64;
  if (sleepers <= due_.size()) return;
  // Grown by an eighth at least, so that it is not done for every sleeper anew.
  const size_t wanted = (std::max(sleepers, due_.size() + due_.size() / 8) + kStep - 1) / kStep * kStep;
  winners_.reserve(wanted);
  due_.reserve(wanted);
  winners_.resize(wanted);
  due_.resize(wanted, SteadyTime::max());
  for (size_t match = wanted - 1; match > 0; --match) winners_[match] = WinnerBelow(match);
}

void Timers::Set(uint16_t sleeper, SteadyTime at) {
  Reserve(sleeper + size_t{1});
  due_[sleeper] = SteadyTime((at.time_since_epoch() + kTick - SteadyTime::duration(1)) / kTick * kTick);
  Play(sleeper);
}

void Timers::Cancel(uint16_t sleeper) {
  if (sleeper >= due_.size()) return;
  due_[sleeper] = SteadyTime::max();
  Play(sleeper);
}

std::optional<uint16_t> Timers::Take(SteadyTime now) {
  if (due_.empty() || next_at() > now) return std::nullopt;
  const uint16_t sleeper = Winner(1);
  Cancel(sleeper);
  return sleeper;
}

SteadyTime Timers::next_at() const { return due_.empty() ? SteadyTime::max() : due_[Winner(1)]; }

uint16_t Timers::Winner(size_t match) const {
  return match < due_.size() ? winners_[match] : static_cast<uint16_t>(match - due_.size());
}

uint16_t Timers::WinnerBelow(size_t match) const {
  const uint16_t one = Winner(2 * match), other = Winner(2 * match + 1);
  return due_[other] < due_[one] ? other : one;
}

// All of its matches anew, as far as they may end otherwise.
void Timers::Play(uint16_t sleeper) {
  for (size_t match = (due_.size() + sleeper) / 2; match > 0; match /= 2) {
    const uint16_t before = winners_[match];
    winners_[match] = WinnerBelow(match);
    if (winners_[match] == before && before != sleeper) return;
  }
}

}  // namespace linewatch
