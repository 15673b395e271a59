#include "monitord/verdict/event_replay.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "monitord/verdict/uptime.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1763812800s};

HostList OneHost(WallTime written, Status status = Status::kUp) {
  HostList list;
  list.updated = written;
  Host host;
  host.id = host.name = "a";
  host.ip = "10.0.0.1";
  host.seen.status = status;
  host.seen.last_check = host.seen.last_good = written;
  list.hosts.push_back(host);
  return list;
}
Event Went(Status from, Status to, WallTime since, WallTime t) {
  return StatusEvent{t, "a", "a", from, to, since, "gone"};
}

struct Log {
  TempDir folder;
  EventLog events{folder / "events"};
};

// The percentage of the day before kNow, after a start whose hosts.json is `list` and whose events are these.
double UptimeAfter(const std::vector<Event>& events, HostList list) {
  const Log log;
  log.events.Append(events);
  Replayed past = ReplayEvents(list, log.events, Config(), kNow);
  return UptimePercent(past.states[0].history, kNow).value();
}

TEST_CASE("what happened after hosts.json was written is put back", "[event_replay]") {
  Log log;
  const WallTime written = kNow - 50min;
  log.events.Append({Went(Status::kUp, Status::kFailing, kNow - 40min, kNow - 39min),
                     Went(Status::kFailing, Status::kDown, kNow - 40min, kNow - 38min),
                     AlertEvent{kNow - 38min, "log", "DOWN", {"a"}, {AlertOutcome::kLogged}}});
  HostList list = OneHost(written);
  CHECK(ReplayEvents(list, log.events, Config(), kNow).last_sign == kNow - 38min);
  const Observation& seen = list.hosts[0].seen;
  CHECK(seen.status == Status::kDown);
  CHECK(seen.fail_since == kNow - 40min);
  CHECK(seen.fail_count >= Config().fail_threshold);
  CHECK(seen.last_alert_time == kNow - 38min);
  CHECK(seen.status_current == false);
  CHECK(seen.reason == "gone");
  CHECK(seen.last_good == written);
}

TEST_CASE("what hosts.json already knew is not changed by older events", "[event_replay]") {
  Log log;
  log.events.Append({Went(Status::kUp, Status::kFailing, kNow - 40min, kNow - 39min)});
  HostList list = OneHost(kNow - 10min);
  ReplayEvents(list, log.events, Config(), kNow);
  CHECK(list.hosts[0].seen.status == Status::kUp);
  CHECK(list.hosts[0].seen.fail_count == 0);
}

TEST_CASE("the last day's uptime is exact after a start, and time without a monitor is in neither part",
          "[event_replay]") {
  Log log;
  log.events.Append({MonitorEvent{kNow - 10h, MonitorChange::kStart, kNever},
                     Went(Status::kPending, Status::kUp, kNow - 10h, kNow - 10h),
                     Went(Status::kUp, Status::kFailing, kNow - 6h, kNow - 6h),
                     Went(Status::kFailing, Status::kUp, kNow - 5h, kNow - 5h),
                     MonitorEvent{kNow - 2h, MonitorChange::kStart, kNow - 4h}});
  HostList list = OneHost(kNow - 1h);
  Replayed past = ReplayEvents(list, log.events, Config(), kNow);
  CHECK(past.last_sign == kNow - 1h);
  // Up 4 h + 1 h + 1 h, down 1 h; 2 h and the last one nobody watched.
  CHECK(UptimePercent(past.states[0].history, kNow).value() == Catch::Approx(100.0 * 6 / 7));
}

TEST_CASE("a kill before hosts.json was first written still says when the monitor was last alive", "[event_replay]") {
  Log log;
  log.events.Append({MonitorEvent{kNow - 60min, MonitorChange::kStart, kNever},
                     Went(Status::kPending, Status::kFailing, kNow - 60min, kNow - 60min),
                     Went(Status::kFailing, Status::kUp, kNow - 50min, kNow - 50min)});
  HostList list = OneHost(kNever, Status::kPending);
  list.hosts[0].seen.last_check = kNever;
  Replayed past = ReplayEvents(list, log.events, Config(), kNow);
  CHECK(past.last_sign == kNow - 50min);
  CHECK(UptimePercent(past.states[0].history, kNow).value() == Catch::Approx(0.0));
}

TEST_CASE("time that was unknown, unreachable, in maintenance or that nobody watched is in neither part again",
          "[event_replay]") {
  const auto at = [](int minutes) { return kNow - 10h + std::chrono::minutes(minutes); };
  const double uptime = UptimeAfter(
      {
          MonitorEvent{at(0), MonitorChange::kStart, kNever},
          Went(Status::kPending, Status::kUp, at(0), at(0)),
          Went(Status::kUp, Status::kFailing, at(60), at(60)),
          // The failures turn out not to be the host's.
          Went(Status::kFailing, Status::kUnreachable, at(60), at(62)),
          Went(Status::kUnreachable, Status::kUp, at(90), at(90)),
          MonitorEvent{at(130), MonitorChange::kLate, at(120)},
          MaintenanceEvent{at(140), "a", "a", true},
          Went(Status::kUp, Status::kFailing, at(141), at(141)),
          Went(Status::kFailing, Status::kUp, at(149), at(149)),
          MaintenanceEvent{at(150), "a", "a", false},
          Went(Status::kUp, Status::kFailing, at(160), at(160)),
          Went(Status::kFailing, Status::kUp, at(170), at(170)),
      },
      OneHost(kNow));
  // Up 60 + 30 + 10 + 10 + 430 minutes, down 10.
  CHECK(uptime == Catch::Approx(100.0 * 540 / 550));
}

TEST_CASE("what was recorded before the clock was set counts by the time as it was set", "[event_replay]") {
  Log log;
  const WallTime wrong = kNow + 3h;  // the clock was three hours ahead until five hours ago
  log.events.Append({MonitorEvent{wrong - 6h, MonitorChange::kStart, kNever},
                     Went(Status::kPending, Status::kFailing, wrong - 6h, wrong - 6h),
                     Went(Status::kFailing, Status::kUp, wrong - 330min, wrong - 330min),
                     MonitorEvent{kNow - 5h, MonitorChange::kClock, wrong - 5h}});
  HostList list = OneHost(kNow);
  Replayed past = ReplayEvents(list, log.events, Config(), kNow);
  CHECK(past.last_sign == kNow);
  CHECK(UptimePercent(past.states[0].history, kNow).value() == Catch::Approx(100.0 * 330 / 360));
}

TEST_CASE("what a clock wrote that was months ahead changes nothing any more", "[event_replay]") {
  Log log;
  const WallTime wrong = kNow + 60 * 24h;
  for (const Event& event : std::vector<Event>{MonitorEvent{wrong - 6h, MonitorChange::kStart, kNever},
                                               Went(Status::kPending, Status::kUp, wrong - 6h, wrong - 6h),
                                               MonitorEvent{kNow - 5h, MonitorChange::kClock, wrong - 5h},
                                               Went(Status::kUp, Status::kFailing, kNow - 2h, kNow - 2h),
                                               Went(Status::kFailing, Status::kDown, kNow - 2h, kNow - 110min)})
    log.events.Append({event});  // each to the file of its month
  HostList list = OneHost(kNow - 1h, Status::kDown);
  list.hosts[0].seen.fail_since = kNow - 2h;
  Replayed past = ReplayEvents(list, log.events, Config(), kNow);
  CHECK(past.last_sign == kNow - 1h);
  CHECK(list.hosts[0].seen.status == Status::kDown);
  CHECK(list.hosts[0].seen.fail_since == kNow - 2h);
  CHECK(UptimePercent(past.states[0].history, kNow).value() < 100);
}

TEST_CASE("with a clock that is behind, the state is put back and the time until now is nobody's", "[event_replay]") {
  Log log;
  const WallTime before = kNow + 2h;  // the run before ended then, by the right time
  log.events.Append({MonitorEvent{before - 4h, MonitorChange::kStart, kNever},
                     Went(Status::kPending, Status::kUp, before - 4h, before - 4h),
                     Went(Status::kUp, Status::kFailing, before - 30min, before - 30min),
                     Went(Status::kFailing, Status::kDown, before - 30min, before - 28min)});
  HostList list = OneHost(before - 1h);
  Replayed past = ReplayEvents(list, log.events, Config(), kNow);
  CHECK(past.last_sign == before - 28min);
  Observation& seen = list.hosts[0].seen;
  CHECK(seen.status == Status::kDown);
  CHECK(seen.fail_since == before - 30min);
  // This run sees it down for ten minutes; then the clock is set forward by three hours.
  AddStretch(past.states[0].history, kNow, TimeKind::kDown);
  ShiftTimeline(past.states[0].history, kNow, 3h, kNow + 3h + 10min);
  // Up 2 h as long as the clock had come to them, down 10 min.
  CHECK(UptimePercent(past.states[0].history, kNow + 3h + 10min).value() == Catch::Approx(100.0 * 120 / 130));
}

TEST_CASE("a host that was down, then unknown, is still in the same outage", "[event_replay]") {
  Log log;
  log.events.Append({Went(Status::kFailing, Status::kDown, kNow - 40min, kNow - 38min),
                     Went(Status::kDown, Status::kUnknown, kNow - 20min, kNow - 20min),
                     Went(Status::kUnknown, Status::kDown, kNow - 10min, kNow - 10min)});
  HostList list = OneHost(kNow - 50min);
  ReplayEvents(list, log.events, Config(), kNow);
  CHECK(list.hosts[0].seen.status == Status::kDown);
  CHECK(list.hosts[0].seen.fail_since == kNow - 40min);
}

TEST_CASE("a host that was quiet for a day was up all day", "[event_replay]") {
  CHECK(UptimeAfter({}, OneHost(kNow - 12h)) == Catch::Approx(100.0));
}

TEST_CASE("without any past there is no sign of life", "[event_replay]") {
  Log log;
  HostList list = OneHost(kNever, Status::kPending);
  CHECK(ReplayEvents(list, log.events, Config(), kNow).last_sign == kNever);
}

TEST_CASE("a maintenance before the first change of status says nothing of the status then", "[event_replay]") {
  const double uptime =
      UptimeAfter({MaintenanceEvent{kNow - 20h, "a", "a", true}, MaintenanceEvent{kNow - 19h, "a", "a", false},
                   Went(Status::kUp, Status::kFailing, kNow - 10h, kNow - 10h),
                   Went(Status::kFailing, Status::kDown, kNow - 10h, kNow - 10h)},
                  OneHost(kNow, Status::kDown));
  // Up 4 h, in maintenance 1 h, up 9 h, down 10 h.
  CHECK(uptime == Catch::Approx(100.0 * 13 / 23));
}

TEST_CASE("time that nobody watched counts before the first change of status, too", "[event_replay]") {
  const double uptime = UptimeAfter({MonitorEvent{kNow - 10h, MonitorChange::kStart, kNow - 20h},
                                     Went(Status::kUp, Status::kFailing, kNow - 1h, kNow - 1h)},
                                    OneHost(kNow, Status::kFailing));
  // Up 4 h, unwatched 10 h, up 9 h, down 1 h.
  CHECK(uptime == Catch::Approx(100.0 * 13 / 14));
}

TEST_CASE("what was before the clock was set back is not taken for news", "[event_replay]") {
  Log log;
  const WallTime wrong = kNow + 1h;
  log.events.Append({Went(Status::kUp, Status::kDown, wrong - 30min, wrong - 30min),
                     AlertEvent{wrong - 30min, "log", "DOWN", {"a"}, {AlertOutcome::kLogged}},
                     MonitorEvent{kNow - 20min, MonitorChange::kClock, wrong - 20min},
                     Went(Status::kDown, Status::kUp, kNow - 10min, kNow - 10min)});
  HostList list = OneHost(kNow - 5min);
  ReplayEvents(list, log.events, Config(), kNow);
  CHECK(list.hosts[0].seen.status == Status::kUp);
  CHECK(list.hosts[0].seen.last_alert_time == kNever);
}

TEST_CASE("a clock that was days behind at a start moves nothing of the runs before", "[event_replay]") {
  const WallTime wrong = kNow - 48h;
  const double uptime = UptimeAfter({MonitorEvent{kNow - 10h, MonitorChange::kStart, kNow - 10h},
                                     Went(Status::kUp, Status::kFailing, kNow - 3h, kNow - 3h),
                                     Went(Status::kFailing, Status::kUp, kNow - 2h, kNow - 2h),
                                     MonitorEvent{wrong - 1h, MonitorChange::kStart, kNow - 90min},
                                     MonitorEvent{kNow - 1h + 30s, MonitorChange::kClock, wrong - 1h + 30s}},
                                    OneHost(kNow));
  CHECK(uptime == Catch::Approx(100.0 * 23 / 24));
}

TEST_CASE("a clock that was set more than a day ago, in a run that hosts.json knows nothing of, hinders no start",
          "[event_replay]") {
  Log log;
  const WallTime boot = kNow - 60h;
  log.events.Append({MonitorEvent{boot, MonitorChange::kStart, kNow - 61h},
                     MonitorEvent{boot + 2h, MonitorChange::kClock, boot + 1min},
                     MonitorEvent{kNow - 10h, MonitorChange::kStart, kNow - 12h}});
  HostList list = OneHost(kNow - 61h);
  CHECK(ReplayEvents(list, log.events, Config(), kNow).last_sign == kNow - 10h);
  CHECK(list.hosts[0].seen.status == Status::kUp);
}

TEST_CASE("what the host before saw is not counted when the target was changed", "[event_replay]") {
  const double uptime = UptimeAfter({Went(Status::kUp, Status::kDown, kNow - 10h, kNow - 10h),
                                     Went(Status::kPending, Status::kUp, kNow - 1h, kNow - 1h)},
                                    OneHost(kNow));
  CHECK(uptime == Catch::Approx(100.0));
}

// Events as a machine without a clock of its own leaves them, which begins each day anew until somebody sets it.
std::vector<Event> AnyEvents(unsigned seed) {
  std::mt19937 random(seed);
  const auto one_of = [&](int count) { return std::uniform_int_distribution<int>(0, count - 1)(random); };
  const auto moment = [&] { return kNow - std::chrono::minutes(one_of(4 * 1440)) + std::chrono::hours(one_of(3)); };
  const auto status = [&] { return static_cast<Status>(one_of(static_cast<int>(kStatusNames.size()))); };
  std::vector<Event> events;
  for (int count = one_of(40); count > 0; --count) {
    const WallTime t = moment(), since = one_of(4) == 0 ? moment() : t - std::chrono::seconds(one_of(600));
    using enum MonitorChange;
    const MonitorChange states[] = {kStart, kStart, kClock, kClock, kLate, kBlind, kSight, kStop};
    switch (std::max(0, one_of(6) - 2)) {
      case 0:
        events.emplace_back(MonitorEvent{t, states[one_of(8)], one_of(5) == 0 ? kNever : since});
        break;
      case 1:
        events.emplace_back(MaintenanceEvent{t, "a", "a", one_of(2) == 0});
        break;
      case 2:
        events.emplace_back(
            AlertEvent{t, "log", "DOWN", {"a"}, {AlertOutcome::kLogged}, {{"a", AlertKind::kDown, since}}});
        break;
      default:
        events.emplace_back(Went(status(), status(), since, t));
    }
  }
  return events;
}

TEST_CASE("whatever a clock has made of the past, a start comes through, and a day has 24 hours", "[event_replay]") {
  constexpr unsigned kPasts = 60;  // each costs some fsyncs
  for (unsigned seed = 0; seed < kPasts; ++seed) {
    CAPTURE(seed);
    Log log;
    log.events.Append(AnyEvents(seed));
    HostList list = OneHost(kNow - std::chrono::hours(seed % 80), static_cast<Status>(seed % kStatusNames.size()));
    Replayed past = ReplayEvents(list, log.events, Config(), kNow);
    const Observation& seen = list.hosts[0].seen;
    const auto& stretches = past.states[0].history.stretches;
    CHECK(std::is_sorted(stretches.begin(), stretches.end(),
                         [](const auto& one, const auto& other) { return one.from() < other.from(); }));
    const TimeByKind day = TimeWithin(past.states[0].history, kNow - 24h, kNow);
    CHECK(std::accumulate(day.begin(), day.end(), std::chrono::microseconds(0)) == 24h);
    CHECK(std::all_of(day.begin(), day.end(), [](auto part) { return part >= 0s; }));
    CHECK(seen.fail_count >= 0);
  }
}

}  // namespace
}  // namespace linewatch
