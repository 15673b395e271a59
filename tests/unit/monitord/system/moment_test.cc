#include "monitord/system/moment.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("the time of what happened is told by the wall clock as it is now", "[moment]") {
  const Moment now{FromUnixSeconds(1700000000), SteadyTime(100h), 120h};
  CHECK(now.WallOf(SteadyTime(100h)) == now.wall);
  CHECK(now.WallOf(SteadyTime(100h) - 90s) == now.wall - 90s);
  CHECK(now.WallOf(SteadyTime(100h) + 5ms) == now.wall + 5ms);
}

TEST_CASE("all clocks are read at one moment, and go on", "[moment]") {
  const auto before = std::chrono::steady_clock::now();
  const Moment first = ReadClocks(), second = ReadClocks();
  CHECK(first.steady >= before);
  CHECK(second.steady >= first.steady);
  CHECK(second.boot >= first.boot);
  CHECK(first.boot >= first.steady.time_since_epoch() - 1s);  // it has counted sleeps, too
}

}  // namespace
}  // namespace linewatch
