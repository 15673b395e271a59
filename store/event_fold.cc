#include "store/event_fold.h"

#include <algorithm>
#include <utility>

namespace linewatch {

HostTime::Change HostTime::Take(const StatusEvent& event) {
  is_there = true;
  const WallTime since = std::max(event.since == kNever ? event.t : event.since, begin);
  const Change change{std::exchange(status, event.to), since};
  // Unreachable and unknown take back what was counted before it was known better.
  if (event.to == Status::kUnreachable || event.to == Status::kUnknown) {
    ForgetFrom(timeline, since, TimeKindOf(event.to, false));
    if (in_maintenance) AddStretch(timeline, maintenance_since, TimeKind::kMaintenance);
  } else {
    AddStretch(timeline, since, kind());
  }
  return change;
}

void HostTime::Take(const MaintenanceEvent& event) {
  in_maintenance = event.begins;
  maintenance_since = event.t;
  AddStretch(timeline, event.t, kind());
}

void HostTime::Take(const Passage& passage) {
  if (const auto* step = std::get_if<ClockStep>(&passage)) {
    ShiftTimeline(timeline, step->since, step->by, step->now);
    (*step)(maintenance_since);
  }
  if (!is_there) return;
  if (const auto* stop = std::get_if<Stop>(&passage)) AddStretch(timeline, stop->t, TimeKind::kOff);
  if (const auto* gap = std::get_if<Gap>(&passage)) {
    StopWatching(timeline, std::max(gap->from, kNever + std::chrono::microseconds(1)), gap->until);
    // What was so before goes on so, until a check says otherwise.
    AddStretch(timeline, gap->until, kind());
  }
}

void HostTime::Come(WallTime t) {
  is_there = true;
  AddStretch(timeline, t, kind());
}

void HostTime::Leave(WallTime t) {
  is_there = false;
  AddStretch(timeline, t, kind());
}

Passage MonitorFold::Take(const MonitorEvent& event) {
  Passage passage;
  if (event.state == MonitorChange::kStart) {
    passage = Gap{event.since == kNever ? last_sign_ : event.since, event.t};
    run_since_ = event.t;
  } else if (event.state == MonitorChange::kStop) {
    passage = Stop{event.t};
  } else if (event.state == MonitorChange::kLate) {
    passage = Gap{event.since, event.t};
  } else if (event.state == MonitorChange::kClock) {
    const ClockStep step{run_since_, event.t - event.since, event.t};
    // If the clock was ahead by a month, the file of that time comes later: nothing of this run was read yet.
    const bool was_read = step.by.count() > 0 || FileMonthOf(event.since) == FileMonthOf(event.t);
    if (was_read && run_since_ != kNever && run_since_ <= event.since) {
      passage = step;
      run_since_ += step.by;
    }
    last_sign_ = known_;  // those before were by another clock
  }
  NoteSign(event.t);
  return passage;
}

}  // namespace linewatch
