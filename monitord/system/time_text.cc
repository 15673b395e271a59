#include "monitord/system/time_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "store/calendar.h"

namespace linewatch {

std::string DurationText(std::chrono::microseconds duration) {
  const int64_t whole = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const int64_t s = std::max<int64_t>(whole, 0);  // of a time that a clock set back made later than now
  const auto two = [](int64_t large, const char* large_unit, int64_t small, const char* small_unit) {
    std::string text = std::to_string(large) + large_unit;
    if (small != 0) text += " " + std::to_string(small) + small_unit;
    return text;
  };
  if (s < 180) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  if (s < 86400) return two(s / 3600, " h", s % 3600 / 60, " min");
  return two(s / 86400, " d", s % 86400 / 3600, " h");
}

std::string DaysLeftText(std::chrono::microseconds left) {
  const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
  return days >= 2 ? std::to_string(days) + " days" : DurationText(left);
}

std::string SecondsText(std::chrono::milliseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", std::chrono::duration<double>(duration).count());
  return text;
}

std::string ClockText(WallTime t, WallTime now) {
  const std::tm then = LocalTime(ToTimeT(t)), today = LocalTime(ToTimeT(now));
  const bool is_of_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  char text[64];
  const size_t length = std::strftime(text, sizeof text, is_of_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  return {text, length};
}

}  // namespace linewatch
