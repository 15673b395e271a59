// Wakes numbered sleepers, each at the one time that was last set for it: a hashed timing wheel. Pure.
#ifndef LINEWATCH_MONITORD_PROBE_TIMER_WHEEL_H_
#define LINEWATCH_MONITORD_PROBE_TIMER_WHEEL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "monitord/system/steady_time.h"

namespace linewatch {

// Setting and cancelling cost the same however many sleep: of the times that a prober sets most are cancelled, because
// the answer comes before.
class TimerWheel {
 public:
  // Nobody is woken early, nor later than this.
  static constexpr SteadyTime::duration kTick = std::chrono::nanoseconds(1 << 20);
  static constexpr uint16_t kMostSleepers = 0xfffe;  // numbered from 0

  explicit TimerWheel(SteadyTime now);

  // Less than 24 days ahead.
  void Set(uint16_t sleeper, SteadyTime at);
  void Cancel(uint16_t sleeper);
  // One whose time has come; it is not set any more.
  std::optional<uint16_t> Take(SteadyTime now);
  // Before this time Take has nothing.
  SteadyTime next_at() const;

 private:
  // A lap of two seconds. Whoever sleeps longer is looked at in vain once a lap.
  static constexpr uint64_t kSlots = 2048;
  static constexpr uint16_t kNone = 0xffff, kUnset = 0xfffe;
  struct Sleeper {
    uint32_t due = 0;                         // the tick, as far as 32 bits tell
    uint16_t before = kUnset, after = kNone;  // in its slot
  };

  // The first tick from next_ on, within a lap, whose slot is not empty.
  std::optional<uint64_t> FirstUsed() const;

  std::vector<Sleeper> sleepers_;
  std::vector<uint16_t> first_ = std::vector<uint16_t>(kSlots, kNone);  // of each slot
  std::array<uint64_t, kSlots / 64> used_{};                            // a bit for each slot that is not empty
  uint64_t next_;                                                       // all before this tick was taken
};

}  // namespace linewatch

#endif
