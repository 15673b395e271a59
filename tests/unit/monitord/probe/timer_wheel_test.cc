#include "monitord/probe/timer_wheel.h"

#include <map>
#include <random>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart(100h);

TEST_CASE("a sleeper is woken once, not early and at most a tick late", "[timer_wheel]") {
  TimerWheel wheel(kStart);
  CHECK(wheel.next_at() == SteadyTime::max());
  wheel.Set(7, kStart + 20ms);
  CHECK(wheel.next_at() >= kStart + 20ms);
  CHECK(wheel.next_at() < kStart + 20ms + TimerWheel::kTick);
  CHECK_FALSE(wheel.Take(kStart + 19ms));
  CHECK_FALSE(wheel.Take(kStart + 20ms - 1ns));
  CHECK(wheel.Take(wheel.next_at()) == 7);
  CHECK_FALSE(wheel.Take(kStart + 1h));
  CHECK(wheel.next_at() == SteadyTime::max());
}

TEST_CASE("who is set again sleeps until the later word, who is cancelled sleeps on", "[timer_wheel]") {
  TimerWheel wheel(kStart);
  for (uint16_t sleeper = 1; sleeper <= 3; ++sleeper) wheel.Set(sleeper, kStart + 10ms);
  wheel.Set(1, kStart + 30ms);
  wheel.Cancel(2);
  wheel.Cancel(2);
  wheel.Cancel(4);
  CHECK(wheel.Take(kStart + 12ms) == 3);
  CHECK_FALSE(wheel.Take(kStart + 12ms));
  CHECK(wheel.Take(kStart + 32ms) == 1);
}

TEST_CASE("a time that has passed comes next", "[timer_wheel]") {
  TimerWheel wheel(kStart);
  CHECK_FALSE(wheel.Take(kStart));
  wheel.Set(1, kStart - 1h);
  CHECK(wheel.next_at() <= kStart + TimerWheel::kTick);
  CHECK(wheel.Take(kStart + TimerWheel::kTick) == 1);
}

TEST_CASE("times of many laps, and laps that nobody looked at", "[timer_wheel]") {
  TimerWheel wheel(kStart);
  wheel.Set(1, kStart + 1h);
  wheel.Set(2, kStart + 1h + 1ms);
  wheel.Set(3, kStart + 5s);
  CHECK(wheel.Take(kStart + 6s) == 3);
  CHECK_FALSE(wheel.Take(kStart + 59min));
  CHECK(wheel.Take(kStart + 2h).has_value());
  CHECK(wheel.Take(kStart + 2h).has_value());
  CHECK_FALSE(wheel.Take(kStart + 2h));
}

TEST_CASE("it does what a sorted list does", "[timer_wheel]") {
  TimerWheel wheel(kStart);
  std::map<uint16_t, SteadyTime> expected;
  std::mt19937 random(1);
  SteadyTime now = kStart;
  for (int step = 0; step < 20000; ++step) {
    const auto sleeper = static_cast<uint16_t>(random() % 500);
    switch (random() % 4) {
      case 0:
      case 1:
        expected[sleeper] = now + std::chrono::microseconds(random() % 9000000);
        wheel.Set(sleeper, expected[sleeper]);
        break;
      case 2:
        expected.erase(sleeper);
        wheel.Cancel(sleeper);
        break;
      default:
        now += std::chrono::microseconds(random() % 50000);
        while (const auto woken = wheel.Take(now)) {
          REQUIRE(expected.contains(*woken));
          REQUIRE(expected[*woken] <= now);
          expected.erase(*woken);
        }
        for (const auto& [id, at] : expected) REQUIRE(at > now - TimerWheel::kTick);
        for (const auto& [id, at] : expected) REQUIRE(wheel.next_at() <= at + TimerWheel::kTick);
    }
  }
}

}  // namespace
}  // namespace linewatch
