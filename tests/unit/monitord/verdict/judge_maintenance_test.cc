
#include "tests/unit/catch.h"
#include "tests/unit/monitord/simulated_network.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("maintenance silences, and is in neither part of the uptime; so it is for what hangs below",
          "[judge][judge_maintenance]") {
  Network network;
  Host& router = network.Add("router");
  MaintenanceWindow window;
  window.once = {{kStart + 50s, kStart + 150s}};
  router.maintenance.push_back(window);
  network.Add("other");
  network.Add("below", {"router"});
  network.Add("both", {"router", "other"});
  network.Start();
  network.Quiet(5);
  network.Cycles(10, {{"router", 'b'}, {"below", 'b'}});
  CHECK(network.StatusOf("router") == Status::kDown);
  CHECK(network.Seen("router").seen.in_maintenance);
  CHECK(network.Seen("below").seen.in_maintenance);
  CHECK_FALSE(network.Seen("both").seen.in_maintenance);
  network.Quiet(5);
  CHECK_FALSE(network.Seen("router").seen.in_maintenance);
  CHECK(network.notified.empty());
  CHECK(network.Seen("router").seen.uptime.value_or(-1) == 100.0F);
  CHECK(network.Seen("below").seen.uptime == 100.0F);
  const auto changes = network.EventsOf<MaintenanceEvent>([](const auto& e) { return e.host == "router"; });
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].begins);
  CHECK_FALSE(changes[1].begins);
}

TEST_CASE("a window of a group is one of all its hosts, and of what hangs below them", "[judge][judge_maintenance]") {
  Network network;
  network.Add("router").group = "mast";
  network.Add("below", {"router"}).group = "village";
  network.Add("other").group = "village";
  MaintenanceWindow window;
  window.once = {{kStart + 20s, kStart + 80s}};
  network.config.maintenance.push_back({"mast", window});
  network.Start();
  network.Quiet(3);
  CHECK(network.Seen("router").seen.in_maintenance);
  CHECK(network.Seen("below").seen.in_maintenance);
  CHECK_FALSE(network.Seen("other").seen.in_maintenance);
  network.Quiet(6);
  CHECK_FALSE(network.Seen("router").seen.in_maintenance);
  CHECK_FALSE(network.Seen("below").seen.in_maintenance);
}

}  // namespace
}  // namespace linewatch
