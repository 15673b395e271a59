#include "store/cron_schedule.h"

#include <array>
#include <string>
#include <vector>

#include "store/calendar.h"
#include "store/config.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

void In(const std::string& zone) {
  Config config;
  config.timezone = zone;
  UseTimeZone(config);
}

std::time_t At(int year, int month, int day, int hour, int minute, int second = 0) {
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = day;
  local.tm_hour = hour;
  local.tm_min = minute;
  local.tm_sec = second;
  local.tm_isdst = -1;
  return FromLocalTime(local);
}

std::string Next(const std::string& schedule, std::time_t t) {
  const auto parsed = CronSchedule::Parse(schedule);
  REQUIRE(parsed);
  const auto due = parsed->After(t);
  if (!due) return "never";
  const std::tm local = LocalTime(*due);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a %F %R", &local)};
}

TEST_CASE("a schedule is read as cron reads it", "[cron_schedule]") {
  In("UTC");
  const std::time_t monday = At(2026, 11, 30, 15, 14, 43);
  CHECK(Next("* * * * *", monday) == "Mon 2026-11-30 15:15");
  CHECK(Next("*/10 * * * *", monday) == "Mon 2026-11-30 15:20");
  CHECK(Next("5/20 * * * *", monday) == "Mon 2026-11-30 15:25");
  CHECK(Next("0 3 * * *", monday) == "Tue 2026-12-01 03:00");
  CHECK(Next("  30\t8-17/4  * *  MON-Fri ", monday) == "Mon 2026-11-30 16:30");
  CHECK(Next("0 0 * * 7", monday) == "Sun 2026-12-06 00:00");
  CHECK(Next("0 0 1,15 * *", monday) == "Tue 2026-12-01 00:00");
  CHECK(Next("15 14 30 nov *", monday) == "Tue 2027-11-30 14:15");
  CHECK(Next("0 0 29 2 *", monday) == "Tue 2028-02-29 00:00");
  CHECK(Next("@daily", monday) == "Tue 2026-12-01 00:00");
  CHECK(Next(" @Yearly ", monday) == "Fri 2027-01-01 00:00");
}

TEST_CASE("of a day of the month and one of the week either will do, as cron has it", "[cron_schedule]") {
  In("UTC");
  const std::time_t monday = At(2026, 11, 30, 15, 14);
  CHECK(Next("0 0 13 * 5", monday) == "Fri 2026-12-04 00:00");
  CHECK(Next("0 0 30 2 5", monday) == "Fri 2027-02-05 00:00");
  CHECK(Next("0 0 */2 * 5", monday) == "Fri 2026-12-11 00:00");
}

TEST_CASE("what is no schedule is none, and neither is one that never comes", "[cron_schedule]") {
  for (const char* bad : {"",
                          " ",
                          "* * * *",
                          "* * * * * *",
                          "60 * * * *",
                          "* 24 * * *",
                          "* * 0 * *",
                          "* * 32 * *",
                          "* * * 13 *",
                          "* * * * 8",
                          "5-1 * * * *",
                          "*/0 * * * *",
                          "1,,2 * * * *",
                          "1, * * * *",
                          "-1 * * * *",
                          "a * * * *",
                          "* * L * *",
                          "@reboot",
                          "@daily 1",
                          "1-2-3 * * * *",
                          "*/* * * * *",
                          "+5 * * * *",
                          "* * * * mon-",
                          "0 0 30 2 *",
                          "0 0 31 4,6 *",
                          "5 / * * *"})
    CHECK_FALSE(CronSchedule::Parse(bad));
  CHECK(CronSchedule::Parse("*/2147483647 * * * *"));
  CHECK_FALSE(CronSchedule::Parse("*/2147483648 * * * *"));
}

TEST_CASE("a night of 25 hours or of 23 has one run of a nightly job", "[cron_schedule]") {
  In("Europe/Berlin");
  SECTION("put back: 02:30 comes twice") {
    const std::time_t before = At(2026, 10, 24, 2, 30, 5);
    const auto due = CronSchedule::Parse("30 2 * * *")->After(before);
    REQUIRE(due);
    CHECK(*due - before == 24 * 3600 - 5);
    CHECK(Next("30 2 * * *", *due) == "Mon 2026-10-26 02:30");
    CHECK(*CronSchedule::Parse("30 2 * * *")->After(*due) - *due == 25 * 3600);
    CHECK(*CronSchedule::Parse("0 4 * * *")->After(At(2026, 10, 24, 4, 0)) - At(2026, 10, 24, 4, 0) == 25 * 3600);
  }
  SECTION("put forward: 02:30 does not come") {
    CHECK(Next("30 2 * * *", At(2026, 3, 28, 2, 30)) == "Sun 2026-03-29 03:00");
    CHECK(Next("30 2 * * *", At(2026, 3, 29, 3, 0)) == "Mon 2026-03-30 02:30");
    CHECK(Next("0 * * * *", At(2026, 3, 29, 1, 59)) == "Sun 2026-03-29 03:00");
  }
  In("UTC");
}

}  // namespace
}  // namespace linewatch
