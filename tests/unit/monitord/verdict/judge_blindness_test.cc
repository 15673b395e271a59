
#include "tests/unit/catch.h"
#include "tests/unit/monitord/simulated_network.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("one uplink of several is enough to see by", "[judge][judge_blindness]") {
  Network network;
  network.Add("line");
  network.config.uplinks = {"10.9.9.8", "10.9.9.9"};
  network.Start();
  CheckBatch batch = network.BeginCycle();
  for (uint32_t i = 0; i < 3; ++i) {
    CheckResult result;
    result.sent = network.now.steady;
    result.ok = i == 2;
    batch.entries.push_back({i, result});
  }
  Judge::Outcome outcome;
  network.judge->Take(batch, network.now, outcome);
  CHECK(network.StatusOf("line") == Status::kFailing);
}

TEST_CASE("a blindness is one event from and one to, and costs nobody uptime", "[judge][judge_blindness]") {
  Network network({{"line"}, {"uplink"}}, 10);
  const WallTime cut = network.now.wall;
  network.Cycles(60, {{"uplink", 'b'}, {"line", 'b'}});
  CHECK(network.list.monitor.state == WatchState::kBlind);
  CHECK(network.list.monitor.since == cut);
  network.Quiet(10);
  CHECK(network.list.monitor.state == WatchState::kWatching);
  REQUIRE(network.MonitorEvents(MonitorChange::kBlind).size() == 1);
  REQUIRE(network.MonitorEvents(MonitorChange::kSight).size() == 1);
  CHECK(network.MonitorEvents(MonitorChange::kSight)[0].since == cut);
  CHECK(network.Seen("line").seen.uptime == 100.0F);
  CHECK(network.notified.empty());
}

TEST_CASE("what hung since before a blindness does not end it", "[judge][judge_blindness]") {
  Network network({{"line"}, {"site"}}, 2);
  const SteadyTime before = network.now.steady - 10s;
  network.Cycle({{"line", 'x'}, {"site", 'x'}});
  REQUIRE(network.list.monitor.state == WatchState::kBlind);
  network.EndHanging("site", before);
  CHECK(network.list.monitor.state == WatchState::kBlind);
  CHECK(network.StatusOf("site") == Status::kUnknown);
  network.Quiet(1);
  CHECK(network.list.monitor.state == WatchState::kWatching);
}

TEST_CASE("a host without a route that is alone in most cycles does not make monitord blind",
          "[judge][judge_blindness]") {
  Network network;
  network.Add("often");
  network.Add("seldom").interval = 60s;
  network.Start();
  network.Quiet(6);
  network.Cycles(6, {{"often", 'x'}});
  CHECK(network.StatusOf("often") == Status::kDown);
  CHECK(network.MonitorEvents(MonitorChange::kBlind).empty());
}

TEST_CASE("a way out that is lost is noticed though most hosts are not due", "[judge][judge_blindness]") {
  Network network;
  network.Add("often");
  network.Add("seldom").interval = 60s;
  network.Start();
  network.Quiet(7);
  network.Cycles(2, {{"often", 'x'}, {"seldom", 'x'}});
  CHECK(network.StatusOf("often") == Status::kUnknown);
  CHECK(network.StatusOf("seldom") == Status::kUnknown);
  CHECK(network.Seen("often").seen.uptime == 100.0F);
}

TEST_CASE("a new uplink that does not answer blinds nobody while another does", "[judge][judge_blindness]") {
  Network network({{"line"}, {"uplink"}}, 2);
  network.config.uplinks.emplace_back("10.9.9.8");
  network.TakeSettings();
  network.Ask({"uplink/10.9.9.8"}, {{"uplink", 'b'}});
  CHECK(network.MonitorEvents(MonitorChange::kBlind).empty());
  network.config.uplinks.erase(network.config.uplinks.begin());
  network.TakeSettings();
  network.Ask({"line"}, {});
  CHECK(network.MonitorEvents(MonitorChange::kBlind).size() == 1);
}

TEST_CASE("a failure that an uplink has confirmed is not forgotten when monitord is blind at the next check",
          "[judge][judge_blindness]") {
  Network network;
  network.Add("line").interval = 60s;
  network.AddUplink();
  network.Start();
  network.Quiet(6);
  network.Cycles(3, {{"line", 'b'}});
  network.Cycles(4, {{"line", 'b'}, {"uplink", 'b'}});
  CHECK(network.StatusOf("line") == Status::kUnknown);
  CHECK(network.Seen("line").seen.fail_count == 1);
  CHECK(network.Seen("line").seen.uptime == 50.0F);
}

}  // namespace
}  // namespace linewatch
