#include "monitord/alert/alert_replay.h"

#include <functional>

#include "monitord/alert/alert_policy.h"
#include "monitord/verdict/state_machine.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1763812800s};

// One host, "a", and what a start makes of the events.
struct Start {
  explicit Start(const std::vector<Event>& events, const std::function<void(Host&)>& change = {}) {
    const EventLog log(folder / "events");
    log.Append(events);
    list.updated = kNow;
    Host& host = list.hosts.emplace_back();
    host.id = host.name = "a";
    host.ip = "10.0.0.1";
    host.seen.status = Status::kUp;
    host.seen.last_check = host.seen.last_good = kNow;
    if (change) change(host);
    AlertReplay replay(list, config);
    auto states = ReplayEvents(list, log, config, kNow, &replay).states;
    alerts = std::move(replay.alerts());
    RestoreAlertState({host.seen, states[0]}, alerts[0], kNow);
    RestoreDegradation({host.seen, states[0]}, LimitsOf(host, config), kNow);
    due = TakeDueAlert(host, states[0], alerts[0], config.email_cooldown, kNow);
  }

  TempDir folder;
  Config config;
  HostList list;
  AlertStates alerts;
  std::optional<Alert> due;  // the first one after the start
};

Event Went(Status from, Status to, WallTime since, WallTime t) {
  return StatusEvent{t, "a", "a", from, to, since, "gone"};
}
Event Notified(AlertKind kind, WallTime since, WallTime t) {
  return AlertEvent{t, "log", "", {"a"}, {AlertOutcome::kLogged}, {{"a", kind, since}}};
}

TEST_CASE("an outage that ended in the moment of the end of a run is notified late, if it was to be",
          "[alert_replay]") {
  const WallTime began = kNow - 3min;
  const std::vector<Event> outage = {Went(Status::kUp, Status::kFailing, began, began),
                                     Went(Status::kFailing, Status::kDown, began, began + 1min),
                                     Went(Status::kDown, Status::kUp, kNow - 10s, kNow - 10s)};
  SECTION("nobody was notified of it") {
    const Start start(outage);
    REQUIRE(start.due);
    CHECK(start.due->kind == AlertKind::kRecovery);
    CHECK(start.due->since == began);
    CHECK(start.due->is_late);
  }
  SECTION("people were notified of both") {
    auto events = outage;
    events.push_back(Notified(AlertKind::kDown, began, kNow - 9s));
    events.push_back(Notified(AlertKind::kRecovery, began, kNow - 8s));
    CHECK_FALSE(Start(events).due);
  }
  SECTION("of its beginning alone") {
    auto events = outage;
    events.push_back(Notified(AlertKind::kDown, began, kNow - 9s));
    const Start start(events);
    REQUIRE(start.due);
    CHECK(start.due->kind == AlertKind::kRecovery);
    CHECK_FALSE(start.due->is_late);
  }
  SECTION("it was in a maintenance") {
    auto events = outage;
    events.insert(events.begin(), MaintenanceEvent{began - 1min, "a", "a", true});
    CHECK_FALSE(Start(events).due);
  }
  SECTION("the run went on for long without telling it") {
    auto events = outage;
    events.insert(events.begin(), MonitorEvent{began - 1min, MonitorChange::kStart, kNever});
    events.back() = Went(Status::kDown, Status::kUp, kNow - 90s, kNow - 90s);
    CHECK_FALSE(Start(events).due);
  }
}

TEST_CASE("how often a host was down lately is remembered by the next run", "[alert_replay]") {
  std::vector<Event> events;
  for (int i = 0; i < 4; ++i) {
    const WallTime began = kNow - 40min + i * 8min;
    events.push_back(Went(Status::kFailing, Status::kDown, began, began));
    events.push_back(Went(Status::kDown, Status::kUp, began + 1min, began + 1min));
  }
  events.push_back(Notified(AlertKind::kFlapping, kNow - 16min, kNow - 16min));
  const Start start(events);
  CHECK_FALSE(start.due);  // held until it is stable
  REQUIRE(start.alerts[0]);
  CHECK(start.alerts[0]->is_flapping);
  CHECK(start.alerts[0]->outages.size() == 4);
  CHECK(start.alerts[0]->outage_changed == kNow - 15min);
}

TEST_CASE("what was remembered goes with a clock that the run had set", "[alert_replay]") {
  const WallTime wrong = kNow - 5h;
  const Start start({MonitorEvent{wrong - 1h, MonitorChange::kStart, kNever},
                     Went(Status::kFailing, Status::kDown, wrong, wrong),
                     Went(Status::kDown, Status::kUp, wrong + 1min, wrong + 1min),
                     MonitorEvent{kNow - 10min, MonitorChange::kClock, wrong + 2min}});
  REQUIRE(start.alerts[0]);
  CHECK(start.alerts[0]->outage_changed == kNow - 11min);
  CHECK(start.alerts[0]->outages == std::vector<WallTime>{kNow - 12min});
}

TEST_CASE("a warning of a certificate is not repeated by the next run because the host was down before",
          "[alert_replay]") {
  const auto expires = kNow + std::chrono::days(20), day = expires - std::chrono::days(30);
  const Start start(
      {Went(Status::kFailing, Status::kDown, kNow - 2h, kNow - 2h),
       Went(Status::kDown, Status::kDegraded, kNow - 1h, kNow - 1h), Notified(AlertKind::kDown, kNow - 2h, kNow - 2h),
       Notified(AlertKind::kRecovery, kNow - 2h, kNow - 1h)},
      [&](Host& host) {
        host.check = CheckKind::kHttp;
        host.check_settings = CheckSettings();
        host.seen.status = Status::kDegraded;
        host.seen.cert_warned = day;
        host.seen.details = CheckDetails();
        host.seen.details->cert_expires = expires;
      });
  CHECK_FALSE(start.due);
  CHECK(start.list.hosts[0].seen.cert_warned == day);
}

}  // namespace
}  // namespace linewatch
