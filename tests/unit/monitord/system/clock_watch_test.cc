#include "monitord/system/clock_watch.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a clock that was set is noticed, one that is slewed and a machine that slept are not", "[clock_watch]") {
  Moment now{WallTime(1763800000s), SteadyTime(1h), 1h};
  ClockWatch watch;
  CHECK_FALSE(watch.Look(now));
  const auto pass = [&](std::chrono::microseconds wall, std::chrono::microseconds boot) {
    now.wall += wall;
    now.boot += boot;
    return watch.Look(now);
  };
  CHECK_FALSE(pass(5s, 5s));
  CHECK_FALSE(pass(5s + 2ms, 5s));  // as much as the kernel slews in that time
  CHECK_FALSE(pass(8h, 8h));
  CHECK(pass(5s + 90min, 5s) == 90min);
  CHECK(pass(5s - 90min, 5s) == -90min);
  CHECK(pass(6s, 5s) == 1s);
  CHECK_FALSE(pass(5s, 5s));
}

TEST_CASE("what this run has recorded goes with the clock, what an older run has does not", "[clock_watch]") {
  const WallTime since{1763800000s};
  const ClockStep step{since, 1h, since + 90min};  // after half an hour
  const auto shifted = [&](WallTime t) {
    step(t);
    return t;
  };
  CHECK(shifted(since) == since + 1h);
  CHECK(shifted(since + 30min) == since + 90min);
  CHECK(shifted(since - 1s) == since - 1s);
  CHECK(shifted(since + 31min) == since + 31min);  // ahead of the old time
  CHECK(shifted(kNever) == kNever);
}

}  // namespace
}  // namespace linewatch
