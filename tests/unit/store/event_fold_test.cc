#include "store/event_fold.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon{1763812800s};

StatusEvent Went(Status from, Status to, WallTime since) {
  return {since + 1min, "a", "Server A", from, to, since, ""};
}

HostTime UpSince(WallTime t) {
  HostTime time;
  time.Take(Went(Status::kPending, Status::kUp, t));
  return time;
}

std::chrono::microseconds Within(const HostTime& time, TimeKind kind) {
  const TimeByKind hour = TimeWithin(time.timeline, kNoon, kNoon + 1h);
  return Of(hour, kind);
}

TEST_CASE("failures that turn out to be a parent's take back what was counted since the first of them",
          "[event_fold]") {
  HostTime time = UpSince(kNoon);
  time.Take(Went(Status::kUp, Status::kFailing, kNoon + 20min));
  const auto change = time.Take(Went(Status::kFailing, Status::kUnreachable, kNoon + 20min));
  CHECK(change.before == Status::kFailing);
  CHECK(change.since == kNoon + 20min);
  CHECK(Within(time, TimeKind::kDown) == 0min);
  CHECK(Within(time, TimeKind::kUpstream) == 40min);
}

TEST_CASE("a window of maintenance that has opened meanwhile stays one when failures are taken back", "[event_fold]") {
  HostTime time = UpSince(kNoon);
  time.Take(Went(Status::kUp, Status::kFailing, kNoon + 20min));
  time.Take(MaintenanceEvent{kNoon + 30min, "a", "Server A", true});
  time.Take(Went(Status::kFailing, Status::kUnreachable, kNoon + 20min));
  CHECK(Within(time, TimeKind::kUp) == 20min);
  CHECK(Within(time, TimeKind::kUpstream) == 10min);
  CHECK(Within(time, TimeKind::kMaintenance) == 30min);
}

TEST_CASE("a stop and the start after it leave time in which nobody watched", "[event_fold]") {
  MonitorFold monitor;
  HostTime time = UpSince(kNoon);
  time.Take(monitor.Take({kNoon + 10min, MonitorChange::kStop, kNoon + 10min}));
  time.Take(monitor.Take({kNoon + 30min, MonitorChange::kStart, kNoon + 10min}));
  CHECK(Within(time, TimeKind::kUp) == 40min);
  CHECK(Within(time, TimeKind::kOff) == 20min);
  CHECK(monitor.last_sign() == kNoon + 30min);
}

TEST_CASE("of a host that is gone nothing is counted, whatever becomes of monitord", "[event_fold]") {
  MonitorFold monitor;
  HostTime time = UpSince(kNoon);
  time.Leave(kNoon + 10min);
  time.Take(monitor.Take({kNoon + 30min, MonitorChange::kLate, kNoon + 20min}));
  CHECK(Within(time, TimeKind::kNone) == 50min);
}

TEST_CASE("a clock that is set moves what its run has recorded, and nothing of the run before", "[event_fold]") {
  MonitorFold monitor(kNoon - 1h);
  HostTime time = UpSince(kNoon - 2h);
  time.Take(monitor.Take({kNoon, MonitorChange::kStart, kNoon - 10min}));
  time.Take(Went(Status::kUp, Status::kFailing, kNoon + 10min));
  const Passage step = monitor.Take({kNoon + 40min, MonitorChange::kClock, kNoon + 20min});
  CHECK(std::holds_alternative<ClockStep>(step));
  time.Take(step);
  CHECK(Within(time, TimeKind::kDown) == 30min);
  CHECK(Of(TimeWithin(time.timeline, kNoon - 2h, kNoon), TimeKind::kUp) == 110min);
  CHECK(monitor.last_sign() == kNoon + 40min);
}

TEST_CASE("the end of a time in which the clock was months ahead moves nothing: its events come later",
          "[event_fold]") {
  MonitorFold monitor;
  monitor.Take({kNoon, MonitorChange::kStart, kNever});
  const Passage step = monitor.Take({kNoon + 10min, MonitorChange::kClock, kNoon + 90 * 24h});
  CHECK(std::holds_alternative<std::monostate>(step));
}

}  // namespace
}  // namespace linewatch
