#include "store/timeline.h"

#include <algorithm>

namespace linewatch {

void AddStretch(Timeline& timeline, WallTime t, TimeKind kind) {
  auto& stretches = timeline.stretches;
  if (!stretches.empty() && stretches.back().kind() == kind) return;
  if (!stretches.empty()) t = std::max(t, stretches.back().from());
  stretches.push_back({t, kind});
}

void ForgetFrom(Timeline& timeline, WallTime t, TimeKind kind) {
  auto& stretches = timeline.stretches;
  while (!stretches.empty() && stretches.back().from() >= t) stretches.pop_back();
  AddStretch(timeline, t, kind);
}

void StopWatching(Timeline& timeline, WallTime from, WallTime until) {
  if (until < from) ForgetFrom(timeline, until, TimeKind::kOff);
  AddStretch(timeline, from, TimeKind::kOff);
}

void ShiftTimeline(Timeline& timeline, WallTime since, std::chrono::microseconds step, WallTime now) {
  auto& stretches = timeline.stretches;
  std::erase_if(stretches, [&](const auto& stretch) { return stretch.from() > now - step; });
  const auto own = std::find_if(stretches.begin(), stretches.end(), [&](const auto& s) { return s.from() >= since; });
  for (auto moved = own; moved != stretches.end() && moved->from() <= now - step; ++moved) moved->Shift(step);
  const WallTime end = own != stretches.end() ? own->from() : now;
  stretches.erase(std::find_if(stretches.begin(), own, [&](const auto& s) { return s.from() >= end; }), own);
}

TimeByKind TimeWithin(const Timeline& timeline, WallTime from, WallTime to) {
  TimeByKind time{};
  if (to <= from) return time;
  const auto& stretches = timeline.stretches;
  const auto is_later = [](WallTime t, const Timeline::Stretch& stretch) { return t < stretch.from(); };
  auto next = std::upper_bound(stretches.begin(), stretches.end(), from, is_later);
  auto kind = next == stretches.begin() ? TimeKind::kNone : (next - 1)->kind();
  while (from < to) {
    const WallTime end = next == stretches.end() ? to : std::min(to, next->from());
    Of(time, kind) += end - from;
    from = end;
    if (next != stretches.end()) kind = (next++)->kind();
  }
  return time;
}

}  // namespace linewatch
