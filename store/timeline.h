// What the time of a host was made of, in the order of time. Pure.
#ifndef LINEWATCH_STORE_TIMELINE_H_
#define LINEWATCH_STORE_TIMELINE_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "store/value/wall_time.h"

namespace linewatch {

// What a moment says about the host. Uptime is kUp / (kUp + kDown); all the rest is in neither.
enum class TimeKind : uint8_t {
  kNone,         // there was no such host, or nothing is known of it
  kUp,           // degraded, too
  kDown,         // from the first failed check to the first good one, below the threshold, too
  kUpstream,     // it failed, and so did all of its parents
  kBlind,        // monitord could not tell
  kMaintenance,  // whatever it was meanwhile
  kPower,        // somebody has said so afterwards: the customer's own power was off
  kPaused,
  kOff,  // nobody watched, or it was not checked yet
};
inline constexpr size_t kTimeKinds = 9;

struct Timeline {
  // Beginning and kind share eight bytes, for each of ten thousand hosts has several stretches. 60 bits of microseconds
  // end in the year 20237; a later beginning is taken for that.
  class Stretch {
   public:
    Stretch(WallTime from, TimeKind kind)
        : packed_(std::min(from.time_since_epoch().count(), kLatest) * kKinds + static_cast<int64_t>(kind)) {}
    // It lasts until the next one begins; the last one is open.
    WallTime from() const { return WallTime(std::chrono::microseconds(packed_ >> 4)); }
    TimeKind kind() const { return static_cast<TimeKind>(packed_ & (kKinds - 1)); }
    void Shift(std::chrono::microseconds step) { *this = {from() + step, kind()}; }

   private:
    static constexpr int64_t kKinds = 1 << 4, kLatest = INT64_MAX / kKinds;
    static_assert(kTimeKinds <= kKinds);

    int64_t packed_;
  };
  std::vector<Stretch> stretches;
};

// From `t` on the host's time is of `kind`. Where the clock was set back and `t` lies before the last stretch, the new
// one begins when the last one did.
void AddStretch(Timeline& timeline, WallTime t, TimeKind kind);

// From `t` on it was `kind`, whatever was recorded since.
void ForgetFrom(Timeline& timeline, WallTime t, TimeKind kind);

// Nobody watched from `from` to `until`; the caller adds what the host was afterwards. If `until` lies before `from`,
// because the clock was set back between them, what was recorded from `until` on is forgotten.
void StopWatching(Timeline& timeline, WallTime from, WallTime until);

// The clock was set by `step` and shows `now`. Stretches that began at `since` or later, by the clock as it was, are
// moved by `step`; older ones end where the first of those begins now. Stretches that lay ahead of the clock as it was
// are dropped, and these may have been all.
void ShiftTimeline(Timeline& timeline, WallTime since, std::chrono::microseconds step, WallTime now);

// How much of [from, to) was of each kind; what lies before the first stretch is kNone.
using TimeByKind = std::array<std::chrono::microseconds, kTimeKinds>;
TimeByKind TimeWithin(const Timeline& timeline, WallTime from, WallTime to);

inline std::chrono::microseconds& Of(TimeByKind& time, TimeKind kind) { return time[static_cast<size_t>(kind)]; }
inline std::chrono::microseconds Of(const TimeByKind& time, TimeKind kind) { return time[static_cast<size_t>(kind)]; }

}  // namespace linewatch

#endif
