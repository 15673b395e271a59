#include "monitord/system/time_text.h"

#include <cstdlib>
#include <ctime>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("lengths are told in the two largest units", "[time_text]") {
  CHECK(DurationText(0s) == "0 s");
  CHECK(DurationText(179s) == "179 s");
  CHECK(DurationText(180s) == "3 min");
  CHECK(DurationText(3h + 20min + 59s) == "3 h 20 min");
  CHECK(DurationText(3h) == "3 h");
  CHECK(DurationText(49h) == "2 d 1 h");
}

TEST_CASE("what is left of a certificate is told in days, and exactly when it is hardly any", "[time_text]") {
  CHECK(DaysLeftText(14 * 24h + 23h) == "14 days");
  CHECK(DaysLeftText(48h) == "2 days");
  CHECK(DaysLeftText(47h + 59min) == "1 d 23 h");
  CHECK(DaysLeftText(5h + 20min) == "5 h 20 min");
}

TEST_CASE("a time of another day is told with its date", "[time_text]") {
  constexpr WallTime kNoon{1763812800s};
  setenv("TZ", "UTC0", 1);
  tzset();
  CHECK(ClockText(kNoon - 61s, kNoon) == "11:58:59");
  CHECK(ClockText(kNoon - 24h, kNoon) == "2025-11-21 12:00:00");
}

}  // namespace
}  // namespace linewatch
