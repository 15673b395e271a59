#include "monitord/uptime.h"

#include <algorithm>

namespace linewatch {
namespace {

// One change a cycle for a whole day at the default interval; a line that is worse is judged by its youngest changes.
constexpr size_t kMostStretches = 8640;

}  // namespace

UptimeHistory::Kind UptimeKindOf(Status status) {
  switch (status) {
    case Status::kUp:
    case Status::kDegraded:
      return UptimeHistory::Kind::kUp;
    case Status::kFailing:
    case Status::kDown:
      return UptimeHistory::Kind::kDown;
    default:
      return UptimeHistory::Kind::kNeither;
  }
}

void AddStretch(UptimeHistory& history, WallTime t, UptimeHistory::Kind kind) {
  auto& stretches = history.stretches;
  if (!stretches.empty() && stretches.back().kind == kind) return;
  if (!stretches.empty()) t = std::max(t, stretches.back().from);
  if (stretches.size() == kMostStretches) stretches.erase(stretches.begin(), stretches.begin() + kMostStretches / 8);
  stretches.push_back({t, kind});
}

void ForgetFrom(UptimeHistory& history, WallTime t) {
  auto& stretches = history.stretches;
  while (!stretches.empty() && stretches.back().from >= t) stretches.pop_back();
  AddStretch(history, t, UptimeHistory::Kind::kNeither);
}

void ShiftHistory(UptimeHistory& history, WallTime since, std::chrono::microseconds step, WallTime now) {
  auto& stretches = history.stretches;
  std::erase_if(stretches, [&](const auto& stretch) { return stretch.from > now - step; });
  const auto own = std::find_if(stretches.begin(), stretches.end(), [&](const auto& s) { return s.from >= since; });
  for (auto moved = own; moved != stretches.end() && moved->from <= now - step; ++moved) moved->from += step;
  const WallTime end = own != stretches.end() ? own->from : now;
  stretches.erase(std::find_if(stretches.begin(), own, [&](const auto& s) { return s.from >= end; }), own);
}

std::optional<float> UptimePercent(UptimeHistory& history, WallTime now) {
  auto& stretches = history.stretches;
  const WallTime begin = now - kUptimeWindow;
  // A stretch is over when its successor has begun: all but the last that began before the window are.
  const auto in_window =
      std::find_if(stretches.begin(), stretches.end(), [&](const auto& stretch) { return stretch.from > begin; });
  if (in_window - stretches.begin() > 1) stretches.erase(stretches.begin(), in_window - 1);

  std::chrono::microseconds up{0}, down{0};
  for (size_t i = 0; i < stretches.size(); ++i) {
    const WallTime from = std::max(stretches[i].from, begin);
    const WallTime to = i + 1 < stretches.size() ? stretches[i + 1].from : now;
    if (to <= from) continue;
    if (stretches[i].kind == UptimeHistory::Kind::kUp) up += to - from;
    if (stretches[i].kind == UptimeHistory::Kind::kDown) down += to - from;
  }
  if (up + down == std::chrono::microseconds(0)) {
    // The first check is a moment: it speaks for itself.
    if (stretches.empty() || stretches.back().kind == UptimeHistory::Kind::kNeither) return std::nullopt;
    return stretches.back().kind == UptimeHistory::Kind::kUp ? 100.0F : 0.0F;
  }
  return static_cast<float>(100.0 * static_cast<double>(up.count()) / static_cast<double>((up + down).count()));
}

}  // namespace linewatch
