#include "monitord/probe/timers.h"

#include <map>
#include <random>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart(100h);

TEST_CASE("a sleeper is woken once, not early and at most a tick late", "[timers]") {
  Timers timers;
  CHECK(timers.next_at() == SteadyTime::max());
  timers.Set(7, kStart + 20ms);
  CHECK(timers.next_at() >= kStart + 20ms);
  CHECK(timers.next_at() < kStart + 20ms + Timers::kTick);
  CHECK_FALSE(timers.Take(kStart + 19ms));
  CHECK_FALSE(timers.Take(kStart + 20ms - 1ns));
  CHECK(timers.Take(timers.next_at()) == 7);
  CHECK_FALSE(timers.Take(kStart + 1h));
  CHECK(timers.next_at() == SteadyTime::max());
}

TEST_CASE("who is set again sleeps until the later word, who is cancelled sleeps on", "[timers]") {
  Timers timers;
  for (uint16_t sleeper = 1; sleeper <= 3; ++sleeper) timers.Set(sleeper, kStart + 10ms);
  timers.Set(1, kStart + 30ms);
  timers.Cancel(2);
  timers.Cancel(2);
  timers.Cancel(4);
  CHECK(timers.Take(kStart + 12ms) == 3);
  CHECK_FALSE(timers.Take(kStart + 12ms));
  CHECK(timers.Take(kStart + 32ms) == 1);
}

TEST_CASE("a time that has passed comes next", "[timers]") {
  Timers timers;
  CHECK_FALSE(timers.Take(kStart));
  timers.Set(1, kStart - 1h);
  CHECK(timers.next_at() <= kStart + Timers::kTick);
  CHECK(timers.Take(kStart + Timers::kTick) == 1);
}

TEST_CASE("times that are far ahead, and a long while in which nobody looked", "[timers]") {
  Timers timers;
  timers.Set(1, kStart + 1h);
  timers.Set(2, kStart + 1h + 1ms);
  timers.Set(3, kStart + 5s);
  CHECK(timers.Take(kStart + 6s) == 3);
  CHECK_FALSE(timers.Take(kStart + 59min));
  CHECK(timers.Take(kStart + 2h).has_value());
  CHECK(timers.Take(kStart + 2h).has_value());
  CHECK_FALSE(timers.Take(kStart + 2h));
}

TEST_CASE("it does what a sorted list does", "[timers]") {
  Timers timers;
  std::map<uint16_t, SteadyTime> expected;
  std::mt19937 random(1);
  SteadyTime now = kStart;
  for (int step = 0; step < 20000; ++step) {
    const auto sleeper = static_cast<uint16_t>(random() % 500);
    switch (random() % 4) {
      case 0:
      case 1:
        expected[sleeper] = now + std::chrono::microseconds(random() % 9000000);
        timers.Set(sleeper, expected[sleeper]);
        break;
      case 2:
        expected.erase(sleeper);
        timers.Cancel(sleeper);
        break;
      default:
        now += std::chrono::microseconds(random() % 50000);
        while (const auto woken = timers.Take(now)) {
          REQUIRE(expected.contains(*woken));
          REQUIRE(expected[*woken] <= now);
          expected.erase(*woken);
        }
        for (const auto& [id, at] : expected) REQUIRE(at > now - Timers::kTick);
        for (const auto& [id, at] : expected) REQUIRE(timers.next_at() <= at + Timers::kTick);
    }
  }
}

}  // namespace
}  // namespace linewatch
