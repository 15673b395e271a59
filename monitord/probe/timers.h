// Wakes numbered sleepers, each at the one time that was last set for it. Pure.
#ifndef LINEWATCH_MONITORD_PROBE_TIMERS_H_
#define LINEWATCH_MONITORD_PROBE_TIMERS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "monitord/system/steady_time.h"

namespace linewatch {

// A tournament: the earliest of each pair of sleepers meets the earliest of the next pair, up to the first of all. Ten
// bytes a sleeper, where a node of a std::set takes 64.
class Timers {
 public:
  // Nobody is woken early, nor later than this: whoever is due together is woken together.
  static constexpr SteadyTime::duration kTick = std::chrono::nanoseconds(1 << 20);
  static constexpr uint16_t kMostSleepers = 0xfffe;  // numbered from 0

  // Makes room for that many, so that Set throws nothing for them.
  void Reserve(size_t sleepers);
  void Set(uint16_t sleeper, SteadyTime at);
  void Cancel(uint16_t sleeper);
  // One whose time has come; it is not set any more.
  std::optional<uint16_t> Take(SteadyTime now);
  // Before this time Take has nothing.
  SteadyTime next_at() const;

 private:
  uint16_t Winner(size_t match) const;
  uint16_t WinnerBelow(size_t match) const;
  void Play(uint16_t sleeper);

  std::vector<SteadyTime> due_;    // by sleeper; SteadyTime::max(): not set
  std::vector<uint16_t> winners_;  // of match i, between the winners of 2i and 2i + 1; from due_.size() on the sleepers
};

}  // namespace linewatch

#endif
