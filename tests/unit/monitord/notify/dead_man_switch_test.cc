#include "monitord/notify/dead_man_switch.h"

#include <algorithm>

#include "tests/unit/catch.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/until.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

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
  CHECK_FALSE(heartbeat.trouble());
}

TEST_CASE("a heartbeat that nobody takes is a trouble until one is taken", "[heartbeat]") {
  const ScriptedServer refusing(Answering("404 Not Found", "no /ping here")), taking(Answering("200 OK"));
  DeadManSwitch heartbeat(20ms);
  heartbeat.Use(refusing.url() + "/ping");
  REQUIRE(Until([&] { return heartbeat.trouble().has_value(); }));
  CHECK(*heartbeat.trouble() == "status 404: no *** here");
  heartbeat.Use(taking.url() + "/ping");
  CHECK(Until([&] { return CallsOf(taking) >= 2; }));
  CHECK_FALSE(heartbeat.trouble());
}

TEST_CASE("without a URL the heart stands still", "[heartbeat]") {
  const ScriptedServer server(Answering("200 OK"));
  {
    DeadManSwitch never(1ms);
    never.Use("");
    CHECK_FALSE(never.trouble());
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

}  // namespace
}  // namespace linewatch
