#include "monitord/notify/dead_man_switch.h"

#include <algorithm>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
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

TEST_CASE("a dead man's switch calls at once, and then again and again", "[dead_man_switch]") {
  const ScriptedServer server(Answering("200 OK", "ok"));
  DeadManSwitch dead_man(20ms);
  dead_man.Use(server.url() + "/ping");
  CHECK(Until([&] { return CallsOf(server) >= 3; }));
  CHECK_FALSE(dead_man.Review());
}

TEST_CASE("a call that fails is a fault until one succeeds", "[dead_man_switch]") {
  const ScriptedServer refusing(Answering("404 Not Found", "no /ping here")), taking(Answering("200 OK"));
  DeadManSwitch dead_man(20ms);
  dead_man.Use(refusing.url() + "/ping");
  REQUIRE(Until([&] { return dead_man.Review().has_value(); }));
  CHECK(*dead_man.Review() == "status 404: no *** here");
  dead_man.Use(taking.url() + "/ping");
  CHECK(Until([&] { return CallsOf(taking) >= 2; }));
  CHECK_FALSE(dead_man.Review());
}

TEST_CASE("without a URL there is no call", "[dead_man_switch]") {
  const ScriptedServer server(Answering("200 OK"));
  {
    DeadManSwitch never(1ms);
    never.Use("");
    CHECK_FALSE(never.Review());
  }
  DeadManSwitch dead_man(1ms);
  dead_man.Use(server.url() + "/ping");
  REQUIRE(Until([&] { return CallsOf(server) >= 1; }));
  dead_man.Use("");
  // The other is called after all that the first was: no call of its can come later.
  const ScriptedServer other(Answering("200 OK"));
  dead_man.Use(other.url() + "/ping");
  REQUIRE(Until([&] { return CallsOf(other) >= 1; }));
  const size_t calls = CallsOf(server);
  REQUIRE(Until([&] { return CallsOf(other) >= 5; }));
  CHECK(CallsOf(server) == calls);
}

TEST_CASE("a server that never answers holds up neither another URL nor the end", "[dead_man_switch]") {
  const ScriptedServer silent([](ScriptedServer::Connection&peer) { peer.Hang(); }), taking(Answering("200 OK"));
  const auto begin = std::chrono::steady_clock::now();
  {
    DeadManSwitch dead_man;
    dead_man.Use(silent.url() + "/ping");
    REQUIRE(Until([&] { return CallsOf(silent) == 1; }));
    dead_man.Use(taking.url() + "/ping");
    CHECK(Until([&] { return CallsOf(taking) == 1; }));
    dead_man.Use(silent.url() + "/ping");
    REQUIRE(Until([&] { return CallsOf(silent) == 2; }));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("a dead man's switch that got no thread asks for one again", "[dead_man_switch]") {
  const ScriptedServer server(Answering("200 OK"));
  DeadManSwitch dead_man(20ms);
  {
    const NoThreads none;
    dead_man.Use(server.url() + "/ping");
    REQUIRE(dead_man.Review());
    CHECK(*dead_man.Review() == "Resource temporarily unavailable");
  }
  CHECK_FALSE(dead_man.Review());
  CHECK(Until([&] { return CallsOf(server) >= 2; }));
}

}  // namespace
}  // namespace linewatch
