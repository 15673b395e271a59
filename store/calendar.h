// Local time: the time zone of the installation, and calendar months by it. A month is as long as its days are, with
// the hour that changes of the clock take or give.
#ifndef LINEWATCH_STORE_CALENDAR_H_
#define LINEWATCH_STORE_CALENDAR_H_

#include <compare>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "store/value/wall_time.h"

namespace linewatch {

struct Config;

// Makes config's `timezone` that of the process, for all that follows and for localtime_r. Called once before there are
// other threads, it may be called again while they run: they go on by the one zone or the other.
void UseTimeZone(const Config& config);

// As localtime_r and mktime; mktime by itself is not safe beside UseTimeZone.
std::tm LocalTime(std::time_t seconds);
std::time_t FromLocalTime(std::tm& local);

// Its name, of the time zone database: config's, or the system's.
std::string TimeZoneName(const Config& config);

struct Month {
  int year, month;  // 1 to 12
  auto operator<=>(const Month&) const = default;
};

std::optional<Month> ParseMonth(std::string_view text);  // "2026-11", from 1970 on
std::string TextOf(Month month);                         // the same again
std::string TitleOf(Month month);                        // "November 2026"

Month Before(Month month);
Month After(Month month);

// By the time zone of the process.
Month MonthOf(WallTime t);
WallTime BeginOf(Month month);

}  // namespace linewatch

#endif
