#include "monitord/verdict/uptime.h"

#include <algorithm>

namespace linewatch {
namespace {

// One change a cycle for a whole day at the default interval; a host that is worse is judged by its youngest changes.
constexpr size_t kMostStretches = 8640;

void Forget(Timeline& history, WallTime begin) {
  auto& stretches = history.stretches;
  // A stretch is over when its successor has begun: all but the last that began before the window are.
  const auto in_window =
      std::find_if(stretches.begin(), stretches.end(), [&](const auto& stretch) { return stretch.from() > begin; });
  if (in_window - stretches.begin() > 1) stretches.erase(stretches.begin(), in_window - 1);
  if (stretches.size() > kMostStretches) stretches.erase(stretches.begin(), stretches.begin() + kMostStretches / 8);
}

}  // namespace

std::optional<float> UptimePercent(Timeline& history, WallTime now) {
  const WallTime begin = now - kUptimeWindow;
  Forget(history, begin);
  const TimeByKind time = TimeWithin(history, begin, now);
  const auto up = Of(time, TimeKind::kUp), down = Of(time, TimeKind::kDown);
  if (up + down == std::chrono::microseconds(0)) {
    // The first check is a moment: it speaks for itself.
    const auto kind = history.stretches.empty() ? TimeKind::kNone : history.stretches.back().kind();
    if (kind == TimeKind::kUp) return 100.0F;
    return kind == TimeKind::kDown ? std::optional(0.0F) : std::nullopt;
  }
  return static_cast<float>(100.0 * static_cast<double>(up.count()) / static_cast<double>((up + down).count()));
}

}  // namespace linewatch
