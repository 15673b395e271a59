// How much of the last 24 hours a line was up, by time and not by count. Pure.
//
// Uptime is up / (up + down). Down begins with the first failed check and ends with the first good one, below the
// threshold too; degraded is up; time that says nothing about the line (paused, unknown, unreachable, monitord not
// running) is in neither.
#ifndef LINEWATCH_MONITORD_UPTIME_H_
#define LINEWATCH_MONITORD_UPTIME_H_

#include <optional>

#include "store/host.h"

namespace linewatch {

inline constexpr std::chrono::hours kUptimeWindow{24};

UptimeHistory::Kind UptimeKindOf(Status status);

// From `t` on the line is in `status`. A `t` before the last stretch, as a clock set back makes it, continues that one.
void AddStretch(UptimeHistory& history, WallTime t, UptimeHistory::Kind kind);

// From `t` on nothing can be said of the line, whatever was recorded since.
void ForgetFrom(UptimeHistory& history, WallTime t);

// The clock was set by `step` and shows `now`: stretches that began at `since` or later, but not ahead of it, by the old
// time, are moved; older ones that now lie ahead are dropped.
void ShiftHistory(UptimeHistory& history, WallTime since, std::chrono::microseconds step, WallTime now);

// Percent of the window that ends at `now`; nothing while no time is counted. Forgets what is older than the window.
std::optional<float> UptimePercent(UptimeHistory& history, WallTime now);

}  // namespace linewatch

#endif
