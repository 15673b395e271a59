#include "store/calendar.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "store/config.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

void Use(const std::string& name) {
  Config config;
  config.timezone = name;
  UseTimeZone(config);
}

// The process's time zone while it lives.
class Zone {
 public:
  explicit Zone(const std::string& name) { Use(name); }
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

TEST_CASE("the time zone may be changed while threads ask for local times", "[calendar]") {
  const WallTime berlin = FromUnixSeconds(1793487600), auckland = FromUnixSeconds(1793444400);
  const Zone zone("Europe/Berlin");
  std::atomic<bool> is_over = false;
  std::atomic<int> asked = 0, wrong = 0;
  std::thread asking([&] {
    while (!is_over) {
      const WallTime begin = BeginOf({2026, 11});
      wrong += begin == berlin || begin == auckland ? 0 : 1;
      ++asked;
    }
  });
  for (int i = 0; i < 200 || asked < 200; ++i) Use(i % 2 == 0 ? "Pacific/Auckland" : "Europe/Berlin");
  is_over = true;
  asking.join();
  CHECK(wrong == 0);
}

TEST_CASE("what a thread has read of the environment stays what it was", "[calendar]") {
  const Zone first("Europe/Berlin");
  const char* const read = std::getenv("TZ");
  const char* const* const list = environ;
  for (const char* name : {"America/Argentina/Buenos_Aires", "UTC", "Europe/Berlin"}) {
    Use(name);
    CHECK(std::getenv("TZ") == std::string(name));
    CHECK(environ == list);
    CHECK(read == std::string("Europe/Berlin"));
  }
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
