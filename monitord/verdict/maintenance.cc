#include "monitord/verdict/maintenance.h"

#include <algorithm>
#include <ctime>

#include "store/calendar.h"

namespace linewatch {
namespace {

constexpr int kMinutesADay = 24 * 60;

enum class WhenTwice { kFirst, kSecond };

// The moment when the local clock shows `minutes` after the midnight that begins `day`.
std::time_t MomentOf(const std::tm& day, int minutes, WhenTwice which) {
  const auto with = [&](int is_summer) {
    std::tm wanted{};
    wanted.tm_year = day.tm_year;
    wanted.tm_mon = day.tm_mon;
    wanted.tm_mday = day.tm_mday;
    wanted.tm_hour = minutes / 60;
    wanted.tm_min = minutes % 60;
    wanted.tm_isdst = is_summer;
    return FromLocalTime(wanted);
  };
  const auto shows_it = [&](std::time_t t) {
    const std::tm local = LocalTime(t);
    return local.tm_hour * 60 + local.tm_min == minutes % kMinutesADay;
  };
  const auto [first, second] = std::minmax({with(1), with(0)});
  if (shows_it(first) && shows_it(second)) return which == WhenTwice::kFirst ? first : second;
  if (shows_it(first)) return first;
  if (shows_it(second)) return second;
  // Left out: of the two readings one lies before the change and one behind it, as far as the clock was moved.
  std::time_t before = first, behind = second;
  const int summer_before = LocalTime(before).tm_isdst;
  while (behind - before > 1) {
    const std::time_t middle = before + (behind - before) / 2;
    (LocalTime(middle).tm_isdst == summer_before ? before : behind) = middle;
  }
  return behind;
}

bool is_in(const MaintenanceWindow::Weekly& weekly, WallTime now) {
  const std::time_t seconds = ToTimeT(now);
  // One that opened yesterday may still be open.
  for (const int days_ago : {0, 1}) {
    std::tm day = LocalTime(seconds);
    day.tm_mday -= days_ago;
    day.tm_hour = 12;  // there is a noon on every day
    day.tm_isdst = -1;
    FromLocalTime(day);
    const int weekday = day.tm_wday == 0 ? 7 : day.tm_wday;
    if (std::find(weekly.days.begin(), weekly.days.end(), weekday) == weekly.days.end()) continue;
    std::tm last = day;
    if (weekly.to <= weekly.from) {
      ++last.tm_mday;
      last.tm_isdst = -1;
      FromLocalTime(last);
    }
    if (seconds >= MomentOf(day, weekly.from, WhenTwice::kFirst) &&
        seconds < MomentOf(last, weekly.to, WhenTwice::kSecond))
      return true;
  }
  return false;
}

}  // namespace

bool is_open(const MaintenanceWindow& window, WallTime now) {
  if (window.once) return now >= window.once->from && now < window.once->to;
  return window.weekly && is_in(*window.weekly, now);
}

bool is_in_maintenance(const std::vector<MaintenanceWindow>& windows, WallTime now) {
  return std::any_of(windows.begin(), windows.end(),
                     [&](const MaintenanceWindow& window) { return is_open(window, now); });
}

}  // namespace linewatch
