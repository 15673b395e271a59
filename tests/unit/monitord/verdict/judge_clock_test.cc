#include <chrono>

#include "tests/unit/catch.h"
#include "tests/unit/monitord/simulated_network.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a wall clock that jumps by months changes nothing but the time", "[judge][judge_clock]") {
  for (const auto step : {std::chrono::hours(90 * 24), std::chrono::hours(-90 * 24)}) {
    Network network;
    network.Add("good");
    network.Add("bad");
    network.Start();
    network.Quiet(80);
    network.Cycles(20, {{"bad", 'b'}});
    const float uptime = network.Seen("bad").seen.uptime.value_or(-1);
    const WallTime fail_since = network.Seen("bad").seen.fail_since;
    network.now.wall += step;
    network.Cycle({{"bad", 'b'}});
    CHECK(network.Seen("bad").seen.fail_since == fail_since + step);
    CHECK(network.Seen("bad").seen.uptime.value_or(-1) == Catch::Approx(uptime).margin(0.9));
    CHECK(network.Seen("good").seen.uptime == 100.0F);
    CHECK(network.notified == "D bad");
    REQUIRE(network.MonitorEvents(MonitorChange::kClock).size() == 1);
    CHECK(network.MonitorEvents(MonitorChange::kClock)[0].t - network.MonitorEvents(MonitorChange::kClock)[0].since ==
          step);
    CHECK(network.MonitorEvents(MonitorChange::kLate).empty());

    // The cooldown goes on as if nothing had been: an alert again one hour after the first.
    const auto notified_at = network.Seen("bad").seen.last_alert_time;
    while (network.now.wall < notified_at + 59min) network.Cycle({{"bad", 'b'}});
    CHECK(network.notified == "D bad");
    while (network.now.wall < notified_at + 61min) network.Cycle({{"bad", 'b'}});
    CHECK(network.notified == "D bad, D bad");
  }
}

TEST_CASE("an hour in which nobody watched is no outage, no alert and no uptime", "[judge][judge_clock]") {
  Network network({{"good"}, {"bad"}}, 10);
  network.Cycle({{"bad", 'b'}});
  network.Cycle({{"bad", 'b'}});
  const WallTime before = network.now.wall - 10s;
  SECTION("the machine slept") {
    network.now.wall += 1h;
    network.now.boot += 1h;
  }
  SECTION("the process was stopped") { network.Pass(1h); }
  network.Cycle({{"bad", 'b'}});
  CHECK(network.StatusOf("bad") == Status::kFailing);
  CHECK(network.Seen("bad").seen.fail_count == 1);
  CHECK(network.notified.empty());
  REQUIRE(network.MonitorEvents(MonitorChange::kLate).size() == 1);
  CHECK(network.MonitorEvents(MonitorChange::kLate)[0].since == before);
  CHECK(network.Seen("good").seen.uptime == 100.0F);
  // Up for 100 s, down for 10 s before the pause and 1 s behind it.
  CHECK(network.Seen("bad").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 100 / 111));
}

TEST_CASE("a clock that is behind at the start and set then: nothing alerts twice, and the outage keeps its beginning",
          "[judge][judge_clock]") {
  Network network;
  Observation& seen = network.Add("bad").seen;
  const WallTime before = kStart + 10h;  // the run before had the right time; this one began ten hours behind it
  seen.status = Status::kDown;
  seen.fail_count = 40;
  seen.fail_since = before - 10min;
  seen.last_alert_time = before - 8min;
  network.Start(before);
  network.Cycle({{"bad", 'b'}});
  network.now.wall += 11h;
  network.Cycle({{"bad", 'b'}});
  CHECK(network.Seen("bad").seen.fail_since == before - 10min);
  CHECK(network.notified.empty());
  network.Quiet(1);
  CHECK(network.notified == "R bad");
  CHECK(network.MonitorEvents(MonitorChange::kLate).empty());
}

TEST_CASE("times that lie ahead at a start stay as they are when the clock is set right", "[judge][judge_clock]") {
  Network network({{"line"}}, 10);
  network.Cycles(8, {{"line", 'b'}});
  const WallTime since = network.Seen("line").seen.fail_since;
  network.Restart(5min, 45min);
  network.Cycle({{"line", 'b'}});
  network.now.wall += 45min;
  network.Cycle({{"line", 'b'}});
  CHECK(network.Seen("line").seen.fail_since == since);
  network.Quiet(10);
  CHECK(network.notified == "D line, R line");
  // Nothing is known of the time before, nor of the five minutes: down from the start to the first answer.
  CHECK(network.Seen("line").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 91 / 111));
  network.Restart(0s);
  network.Cycle({});
  CHECK(network.Seen("line").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 92 / 112).margin(2));
}

TEST_CASE("an alert of long ago is not taken for that of an outage that the clock is behind", "[judge][judge_clock]") {
  Network network({{"line"}}, 2);
  network.Cycles(3, {{"line", 'b'}});
  network.Quiet(1000);
  network.Cycle({{"line", 'b'}});
  network.Restart(5s, 45min);
  network.Cycle({{"line", 'b'}});
  CHECK(network.StatusOf("line") == Status::kFailing);
  network.Quiet(1);
  CHECK(network.notified == "D line, R line");
}

TEST_CASE("a machine that sleeps while a batch is under way sleeps, too", "[judge][judge_clock]") {
  Network network({{"line"}}, 10);
  network.Cycles(5, {{"line", 'b'}});
  network.sleep = 8h;
  network.Cycle({});
  network.sleep = 0s;
  network.Quiet(10);
  REQUIRE(network.MonitorEvents(MonitorChange::kLate).size() == 1);
  // Up for 100 s, down for 50 s, asleep, up for 91 s.
  CHECK(network.Seen("line").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 191 / 241));
}

}  // namespace
}  // namespace linewatch
