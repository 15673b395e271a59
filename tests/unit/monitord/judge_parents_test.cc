#include <map>
#include <string>
#include <vector>

#include "monitord/alert/alert_causes.h"
#include "tests/unit/catch.h"
#include "tests/unit/monitord/simulated_network.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("at the threshold parents and uplinks are asked at once, and decide", "[judge][judge_parents]") {
  Network network({{"router"}, {"line", {"router"}}, {"uplink"}}, 1);

  SECTION("the router has failed since it was last checked") {
    network.fates_when_asked["router"] = 'b';
    network.Cycles(3, {{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kUnreachable);
    CHECK(network.notified.empty());
  }
  SECTION("the uplink has") {
    network.fates_when_asked["uplink"] = 'b';
    network.Cycles(3, {{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kUnknown);
    CHECK(network.notified.empty());
  }
  SECTION("neither has") {
    network.Cycles(3, {{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kDown);
    CHECK(network.StatusEvents("line").back().since == kStart + 10s);
  }
  SECTION("the answer does not come: the host goes on failing until it does") {
    network.fates_when_asked = {{"router", 'v'}, {"uplink", 'v'}};
    network.Cycles(3, {{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kFailing);
    network.fates_when_asked.clear();
    network.Cycle({{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kDown);
  }
}

TEST_CASE("a host is not excused by what its router said long before", "[judge][judge_parents]") {
  Network network;
  network.Add("router").interval = 600s;
  network.Add("line", {"router"});
  network.Start();
  network.Cycle({{"router", 'b'}});  // it missed one check; the next is due in ten minutes

  SECTION("the router answers when it is asked: the host is down by itself") {
    network.Cycles(5, {{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kDown);
    CHECK(network.notified == "D line");
  }
  SECTION("it does not: the host is unreachable, and the router not down before its own time") {
    network.fates_when_asked["router"] = 'b';
    network.Cycles(20, {{"line", 'b'}});
    CHECK(network.StatusOf("line") == Status::kUnreachable);
    CHECK(network.Seen("router").seen.fail_count == 1);
    CHECK(network.notified.empty());
  }
}

TEST_CASE("a router that its children ask about is not down before its own time", "[judge][judge_parents]") {
  Network network;
  network.Add("router");
  for (const char* line : {"one", "two", "three"}) network.Add(line, {"router"});
  network.Start();
  network.Quiet(1);
  network.fates_when_asked["router"] = 'b';
  network.Cycle({{"one", 'b'}});
  network.Cycle({{"one", 'b'}, {"two", 'b'}});
  network.Cycle({{"one", 'b'}, {"two", 'b'}, {"three", 'b'}});
  CHECK(network.StatusOf("one") == Status::kUnreachable);
  network.Cycle({{"router", 'b'}, {"one", 'b'}, {"two", 'b'}, {"three", 'b'}});
  network.Cycle({{"router", 'b'}, {"one", 'b'}, {"two", 'b'}, {"three", 'b'}});
  CHECK(network.Seen("router").seen.fail_count == 2);
  CHECK(network.StatusOf("router") == Status::kFailing);
}

TEST_CASE("an answer of the same batch confirms no failure, though it was asked for later", "[judge][judge_parents]") {
  Network network({{"line", {"router"}}, {"router"}}, 1);
  network.spread = 40ms;
  network.fates_when_asked["router"] = 'b';
  for (int i = 0; i < 3; ++i) {
    network.Cycle({{"line", 'b'}});
    network.TakeSettings();  // somebody edits something
  }
  CHECK(network.StatusOf("line") == Status::kUnreachable);
}

TEST_CASE("an edit does not make an answer of the same batch confirm a failure", "[judge][judge_parents]") {
  Network network({{"line", {"router"}}, {"router"}}, 2);
  network.spread = 40ms;
  network.Cycle({{"line", 'b'}});
  network.TakeSettings();
  network.Cycle({{"line", 'b'}, {"router", 'b'}});
  CHECK(network.StateOf("line").confirmed_failures == 0);
}

TEST_CASE("hosts that are each other's parents do not excuse each other for ever", "[judge][judge_parents]") {
  Network network({{"one", {"two"}}, {"two", {"one"}}, {"self", {"self"}}}, 2);
  network.Cycles(4, {{"one", 'b'}, {"two", 'b'}, {"self", 'b'}});
  CHECK(network.StatusOf("one") == Status::kUnreachable);
  CHECK(network.notified == "D self, D two");
}

TEST_CASE("a router's down names what it cuts off, and its recovery the same", "[judge][judge_parents]") {
  Network network;
  network.Add("router");
  for (const char* name : {"b", "a", "c"}) network.Add(name, {"router"});
  network.Add("below c", {"c"});
  network.Add("free");
  network.Add("both", {"router", "free"});
  network.Add("tunnelled", {"router"});
  network.Add("paused", {"router"}).enabled = false;
  network.Start();
  network.Quiet(2);
  const std::map<std::string, char> cut = {{"router", 'b'}, {"a", 'b'}, {"b", 'b'}, {"c", 'b'}, {"below c", 'b'}};
  const auto dependents = [&](const Alert& alert) {
    Alert filled = alert;
    FillDependents(filled, 0, network.list, network.judge->states(), network.judge->topology());
    CHECK(filled.dependents_count == static_cast<int>(filled.dependents.size()));
    return filled.dependents;
  };
  const std::vector<std::string> expected = {"a", "b", "below c", "c"};
  network.Cycles(4, cut);
  REQUIRE(network.notified == "D router");
  CHECK(dependents(network.queued[0]) == expected);
  network.Restart(5s);
  network.Quiet(1);
  REQUIRE(network.notified == "D router, R router");
  CHECK(dependents(network.queued[1]) == expected);
}

}  // namespace
}  // namespace linewatch
