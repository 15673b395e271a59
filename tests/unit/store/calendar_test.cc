#include "store/calendar.h"

#include <cstdlib>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

// The process's time zone while it lives.
class Zone {
 public:
  explicit Zone(const std::string& name) {
    Config config;
    config.timezone = name;
    UseTimeZone(config);
  }
  ~Zone() { UseTimeZone(Config()); }
};

double Hours(Month month) {
  return std::chrono::duration<double, std::ratio<3600>>(BeginOf(After(month)) - BeginOf(month)).count();
}

TEST_CASE("a month is as long as its days and the changes of the clock make it", "[calendar]") {
  const Zone zone("Europe/Berlin");
  CHECK(Hours({2026, 1}) == 31 * 24);
  CHECK(Hours({2026, 2}) == 28 * 24);
  CHECK(Hours({2028, 2}) == 29 * 24);
  CHECK(Hours({2026, 3}) == 31 * 24 - 1);
  CHECK(Hours({2026, 10}) == 31 * 24 + 1);
}

TEST_CASE("a month begins at midnight of its time zone", "[calendar]") {
  {
    const Zone zone("Europe/Berlin");
    CHECK(UnixSeconds(BeginOf({2026, 11})) == 1793487600);
    CHECK(MonthOf(FromUnixSeconds(1793487600)) == Month{2026, 11});
    CHECK(MonthOf(FromUnixSeconds(1793487599)) == Month{2026, 10});
  }
  const Zone zone("Pacific/Auckland");
  CHECK(UnixSeconds(BeginOf({2026, 11})) == 1793444400);
}

TEST_CASE("the months of a year follow each other", "[calendar]") {
  CHECK(After({2026, 12}) == Month{2027, 1});
  CHECK(Before({2026, 1}) == Month{2025, 12});
  CHECK(TitleOf({2026, 11}) == "November 2026");
}

TEST_CASE("a month is written as YYYY-MM and in no other way", "[calendar]") {
  CHECK(ParseMonth("2026-11") == Month{2026, 11});
  CHECK(TextOf({2026, 3}) == "2026-03");
  for (const char* text : {"", "2026", "2026-13", "2026-00", "2026-1", "2026/11", "26-11", "2026-11-01", "-026-11",
                           "1969-12", "2026-1-", "2026--1", "20-6-11", " 2026-11"})
    CHECK_FALSE(ParseMonth(text));
}

}  // namespace
}  // namespace linewatch
