#include "monitord/notify/dead_man_switch.h"

#include <algorithm>
#include <functional>
#include <thread>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

bool Until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

size_t CallsOf(const ScriptedServer& server) {
  const std::string heard = server.heard();
  size_t calls = 0;
  for (size_t at = heard.find("GET /ping HTTP"); at != std::string::npos; at = heard.find("GET /ping HTTP", at + 1))
    ++calls;
  return calls;
}

TEST_CASE("the heartbeat calls at once, and then again and again", "[heartbeat]") {
  const ScriptedServer server(Answering("200 OK", "ok"));
  DeadManSwitch heartbeat(20ms);
  heartbeat.Use(server.url() + "/ping");
  CHECK(Until([&] { return CallsOf(server) >= 3; }));
  CHECK_FALSE(heartbeat.Review());
}

TEST_CASE("a heartbeat that nobody takes is a trouble until one is taken", "[heartbeat]") {
  const ScriptedServer refusing(Answering("404 Not Found", "no /ping here")), taking(Answering("200 OK"));
  DeadManSwitch heartbeat(20ms);
  heartbeat.Use(refusing.url() + "/ping");
  REQUIRE(Until([&] { return heartbeat.Review().has_value(); }));
  CHECK(*heartbeat.Review() == "status 404: no *** here");
  heartbeat.Use(taking.url() + "/ping");
  CHECK(Until([&] { return CallsOf(taking) >= 2; }));
  CHECK_FALSE(heartbeat.Review());
}

TEST_CASE("without a URL the heart stands still", "[heartbeat]") {
  const ScriptedServer server(Answering("200 OK"));
  {
    DeadManSwitch never(1ms);
    never.Use("");
    CHECK_FALSE(never.Review());
  }
  DeadManSwitch heartbeat(1ms);
  heartbeat.Use(server.url() + "/ping");
  REQUIRE(Until([&] { return CallsOf(server) >= 1; }));
  heartbeat.Use("");
  // The other is called after all that the first was: no call of its can come later.
  const ScriptedServer other(Answering("200 OK"));
  heartbeat.Use(other.url() + "/ping");
  REQUIRE(Until([&] { return CallsOf(other) >= 1; }));
  const size_t calls = CallsOf(server);
  REQUIRE(Until([&] { return CallsOf(other) >= 5; }));
  CHECK(CallsOf(server) == calls);
}

TEST_CASE("a server that never answers holds up neither another URL nor the end", "[heartbeat]") {
  const ScriptedServer silent([](ScriptedServer::Connection&peer) { peer.Hang(); }), taking(Answering("200 OK"));
  const auto begin = std::chrono::steady_clock::now();
  {
    DeadManSwitch heartbeat;
    heartbeat.Use(silent.url() + "/ping");
    REQUIRE(Until([&] { return CallsOf(silent) == 1; }));
    heartbeat.Use(taking.url() + "/ping");
    CHECK(Until([&] { return CallsOf(taking) == 1; }));
    heartbeat.Use(silent.url() + "/ping");
    REQUIRE(Until([&] { return CallsOf(silent) == 2; }));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("a heartbeat that got no thread asks for one again", "[heartbeat]") {
  const ScriptedServer server(Answering("200 OK"));
  DeadManSwitch heartbeat(20ms);
  {
    const NoThreads none;
    heartbeat.Use(server.url() + "/ping");
    REQUIRE(heartbeat.Review());
    CHECK(*heartbeat.Review() == "Resource temporarily unavailable");
  }
  CHECK_FALSE(heartbeat.Review());
  CHECK(Until([&] { return CallsOf(server) >= 2; }));
}

}  // namespace
}  // namespace linewatch
