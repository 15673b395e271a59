#include "monitord/verdict/uptime.h"

#include <chrono>
#include <initializer_list>
#include <utility>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Kind = TimeKind;
using namespace std::chrono_literals;

constexpr WallTime kStart{1763800000s};

// A history of stretches that began so long after kStart; a clock set back makes a later one begin earlier.
Timeline HistoryOf(std::initializer_list<std::pair<std::chrono::minutes, Kind>> stretches) {
  Timeline history;
  for (const auto& [begin, kind] : stretches) AddStretch(history, kStart + begin, kind);
  return history;
}
float After(Timeline history, WallTime now) { return UptimePercent(history, now).value(); }

TEST_CASE("uptime is counted by time, not by checks", "[uptime]") {
  const Timeline history = HistoryOf({
      {0min, Kind::kUp},
      {90min, Kind::kDown},
      {100min, Kind::kUp},
  });
  CHECK(After(history, kStart + 200min) == Catch::Approx(95.0));
}

TEST_CASE("time that says nothing about the host is in neither part", "[uptime]") {
  const Timeline history = HistoryOf({
      {0min, Kind::kUp},
      {30min, Kind::kDown},
      {40min, Kind::kOff},  // the monitor is off for five hours
      {340min, Kind::kUp},
  });
  CHECK(After(history, kStart + 400min) == Catch::Approx(90.0));
}

TEST_CASE("what is older than a day no longer counts", "[uptime]") {
  const Timeline history = HistoryOf({
      {0min, Kind::kDown},
      {12h, Kind::kUp},
  });
  CHECK(After(history, kStart + 24h) == Catch::Approx(50.0));
  CHECK(After(history, kStart + 30h) == Catch::Approx(75.0));
  CHECK(After(history, kStart + 36h) == Catch::Approx(100.0));
}

TEST_CASE("the first check speaks for itself, and without one there is no uptime", "[uptime]") {
  Timeline history;
  CHECK_FALSE(UptimePercent(history, kStart));
  AddStretch(history, kStart, Kind::kDown);
  CHECK(After(history, kStart) == 0.0F);
}

TEST_CASE("a clock set back loses no time of an outage and invents none", "[uptime]") {
  // In the end the clock says that it is earlier.
  const Timeline history = HistoryOf({{10min, Kind::kUp}, {20min, Kind::kDown}, {5min, Kind::kUp}});
  CHECK(After(history, kStart + 30min) == Catch::Approx(100.0));
}

TEST_CASE("a host that changes all the time keeps a bounded history and a right percentage", "[uptime]") {
  Timeline history;
  for (int i = 0; i < 20000; ++i) {
    AddStretch(history, kStart + i * 4s, i % 2 == 0 ? Kind::kUp : Kind::kDown);
    UptimePercent(history, kStart + i * 4s);
  }
  CHECK(history.stretches.size() <= 8640);
  CHECK(After(history, kStart + 80000s) == Catch::Approx(50.0).margin(0.1));
}

}  // namespace
}  // namespace linewatch
