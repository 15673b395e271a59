// How much of the last 24 hours a host was up, by time and not by count. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_UPTIME_H_
#define LINEWATCH_MONITORD_VERDICT_UPTIME_H_

#include <chrono>
#include <optional>

#include "store/timeline.h"

namespace linewatch {

inline constexpr std::chrono::hours kUptimeWindow{24};

// Percent of the window that ends at `now`: up / (up + down). Nothing while no time is counted. Forgets what is older
// than the window, and of a host that changes all the time the oldest changes.
std::optional<float> UptimePercent(Timeline& history, WallTime now);

}  // namespace linewatch

#endif
