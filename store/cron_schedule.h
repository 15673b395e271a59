// When a job of cron(8) is due: its five fields, read and reckoned as cron does, by the local time of the process.
#ifndef LINEWATCH_STORE_CRON_SCHEDULE_H_
#define LINEWATCH_STORE_CRON_SCHEDULE_H_

#include <bitset>
#include <ctime>
#include <optional>
#include <string_view>

namespace linewatch {

class CronSchedule {
 public:
  // Minute, hour, day of the month, month, day of the week (0 and 7 are Sunday): `*`, numbers, ranges, lists and steps,
  // names of months and days in English; or @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually. Nothing
  // for what is none of these, and for a day that never comes (February 30).
  static std::optional<CronSchedule> Parse(std::string_view text);

  // The first time after `t` that it is due. A time of day that comes twice when clocks are put back counts once, the
  // first time; one that is left out when they are put forward is due as soon as that has happened. Nothing where there
  // is none within 12 years.
  std::optional<std::time_t> After(std::time_t t) const;

 private:
  bool has_day(int year, int month, int day) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;  // 0 is Sunday
  // cron's own rule: where both are given, either will do; where one begins with a star, both count.
  bool either_day_will_do_ = false;
};

}  // namespace linewatch

#endif
