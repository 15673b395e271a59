#include "monitord/probe/look_ups.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "monitord/probe/round_trip.h"

namespace linewatch {

Resolver::Answer LookUps::Find(uint16_t place, const std::string& name, int family, SteadyTime now) {
  Resolver::Answer answer = resolver_.Find(name, now, family);
  const bool is_pending = answer.state == Resolver::Answer::State::kPending;
  if (const auto before = waits_.find(place); before != waits_.end()) {
    if (is_pending && before->second.name == name) return answer;
    StopWaiting(place);
  }
  if (!is_pending) return answer;
  const auto wait = waits_.emplace(place, Wait{name, family, now}).first;
  try {
    places_.emplace(wait->second.name, place);
  } catch (const std::bad_alloc&) {
    waits_.erase(wait);
    throw;
  }
  return answer;
}

std::vector<uint16_t> LookUps::TakeAnswered() {
  std::vector<uint16_t> answered;
  for (const std::string& name : resolver_.TakeAnswered()) {
    const auto [first, last] = places_.equal_range(name);
    const size_t before = answered.size();
    std::transform(first, last, std::back_inserter(answered), [](const auto& waiting) { return waiting.second; });
    places_.erase(first, last);
    for (size_t i = before; i < answered.size(); ++i) waits_.erase(answered[i]);
  }
  return answered;
}

void LookUps::StopWaiting(uint16_t place) {
  const auto wait = waits_.find(place);
  if (wait == waits_.end()) return;
  const auto [first, last] = places_.equal_range(wait->second.name);
  places_.erase(std::find_if(first, last, [place](const auto& waiting) { return waiting.second == place; }));
  waits_.erase(wait);
}

bool LookUps::WasAskedTooLate(uint16_t place, std::chrono::nanoseconds timeout, SteadyTime now) const {
  const auto wait = waits_.find(place);
  if (wait == waits_.end()) return false;
  const auto unasked = resolver_.WaitedFor(wait->second.name, wait->second.family, wait->second.since, now);
  return IsTooLate(unasked, timeout - unasked, RoundTrip(), timeout);
}

void LookUps::ForgetUnused(SteadyTime now) {
  constexpr std::chrono::hours kUnused{24}, kEvery{1};
  if (now - forgot_at_ < kEvery) return;
  resolver_.Forget(now - kUnused);
  forgot_at_ = now;
}

}  // namespace linewatch
