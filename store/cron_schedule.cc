#include "store/cron_schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <system_error>
#include <tuple>
#include <utility>

#include "store/calendar.h"
#include "store/text/ascii.h"

namespace linewatch {
namespace {

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::pair<std::string_view, std::string_view> kShorthands[] = {
    {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}};

struct Field {
  int first, last;
  std::span<const std::string_view> names = {};  // of `first` and those behind it
};
constexpr Field kMinute{0, 59}, kHour{0, 23}, kDay{1, 31}, kMonth{1, 12, kMonths}, kWeekday{0, 7, kWeekdays};

std::string_view Cut(std::string_view& text, char separator) {
  const auto part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::string_view NextField(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  const auto field = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(field.size());
  return field;
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_one = !text.empty() && text[0] != '-' && error == std::errc() && end == text.data() + text.size();
  return is_one ? std::optional(number) : std::nullopt;
}

std::optional<int> Value(std::string_view text, const Field& field) {
  for (size_t i = 0; i < field.names.size(); ++i)
    if (same_but_for_case(text, field.names[i])) return field.first + static_cast<int>(i);
  const auto number = Number(text);
  return number && *number >= field.first && *number <= field.last ? number : std::nullopt;
}

// "*", "5", "1-5", each perhaps with "/2" behind it.
template <size_t kSize>
bool TakePart(std::string_view part, const Field& field, std::bitset<kSize>& set) {
  const size_t slash = part.find('/');
  const auto range = part.substr(0, slash);
  const auto step = slash == std::string_view::npos ? std::optional(1) : Number(part.substr(slash + 1));
  if (!step || *step < 1) return false;
  int first = field.first, last = field.last;
  if (range != "*") {
    const size_t dash = range.find('-');
    const auto begin = Value(range.substr(0, dash), field);
    const auto end = dash == std::string_view::npos ? begin : Value(range.substr(dash + 1), field);
    if (!begin || !end || *end < *begin) return false;
    first = *begin;
    // "5/15" begins with 5 and has no end.
    last = dash == std::string_view::npos && slash != std::string_view::npos ? field.last : *end;
  }
  for (int value = first; value <= last; value += std::min(*step, field.last + 1)) set.set(static_cast<size_t>(value));
  return true;
}

template <size_t kSize>
bool TakeField(std::string_view text, const Field& field, std::bitset<kSize>& set) {
  // A comma at the end would leave nothing behind it to be seen.
  if (text.empty() || text.ends_with(',')) return false;
  while (!text.empty())
    if (!TakePart(Cut(text, ','), field, set)) return false;
  return true;
}

using Local = std::tuple<int, int, int, int, int>;  // year to minute
Local LocalOf(std::time_t t) {
  const std::tm local = LocalTime(t);
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min};
}

std::time_t TimeOf(const Local& local, int is_summer_time) {
  std::tm fields{};
  fields.tm_year = std::get<0>(local) - 1900;
  fields.tm_mon = std::get<1>(local) - 1;
  fields.tm_mday = std::get<2>(local);
  fields.tm_hour = std::get<3>(local);
  fields.tm_min = std::get<4>(local);
  fields.tm_isdst = is_summer_time;
  return FromLocalTime(fields);
}

// When a local time is, for the first time; where it is left out, when the clock jumps over it.
std::time_t Moment(const Local& local) {
  std::optional<std::time_t> first;
  for (const int is_summer_time : {1, 0}) {
    const std::time_t t = TimeOf(local, is_summer_time);
    if (LocalOf(t) == local && (!first || t < *first)) first = t;
  }
  if (first) return *first;
  constexpr std::time_t kMinuteLength = 60, kLongestJump = 25 * 3600;
  std::time_t t = TimeOf(local, -1);
  if (LocalOf(t) == local) return t;
  const std::time_t least = t - kLongestJump;
  while (t > least && LocalOf(t) < local) t += kMinuteLength;
  while (t > least && LocalOf(t - kMinuteLength) > local) t -= kMinuteLength;
  return t;
}

}  // namespace

std::optional<CronSchedule> CronSchedule::Parse(std::string_view text) {
  std::string_view rest = text;
  const auto only = NextField(rest);
  const bool is_alone = NextField(rest).empty();
  for (const auto& [name, meaning] : kShorthands)
    if (is_alone && same_but_for_case(only, name)) text = meaning;
  CronSchedule schedule;
  const auto minute = NextField(text), hour = NextField(text), day = NextField(text), month = NextField(text),
             weekday = NextField(text);
  if (!NextField(text).empty() || !TakeField(minute, kMinute, schedule.minutes_) ||
      !TakeField(hour, kHour, schedule.hours_) || !TakeField(day, kDay, schedule.days_) ||
      !TakeField(month, kMonth, schedule.months_) || !TakeField(weekday, kWeekday, schedule.weekdays_))
    return std::nullopt;
  if (schedule.weekdays_[7]) schedule.weekdays_.set(0);
  schedule.either_day_will_do_ = !day.starts_with('*') && !weekday.starts_with('*');
  // That a date falls on any weekday in some year is sure.
  const bool is_by_weekday = schedule.either_day_will_do_;
  for (int m = 1; m <= 12; ++m) {
    constexpr std::array kLengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int d = 1; d <= kLengths[static_cast<size_t>(m - 1)]; ++d)
      if (schedule.months_[static_cast<size_t>(m)] && (is_by_weekday || schedule.days_[static_cast<size_t>(d)]))
        return schedule;
  }
  return std::nullopt;
}

bool CronSchedule::has_day(int year, int month, int day) const {
  const std::chrono::sys_days date = std::chrono::year(year) / month / day;
  const bool has_date = days_[static_cast<size_t>(day)],
             has_weekday = weekdays_[std::chrono::weekday(date).c_encoding()];
  return months_[static_cast<size_t>(month)] &&
         (either_day_will_do_ ? has_date || has_weekday : has_date && has_weekday);
}

std::optional<std::time_t> CronSchedule::After(std::time_t t) const {
  using std::chrono::sys_days, std::chrono::year_month_day;
  constexpr int kMostDays = 12 * 366;
  const Local from = LocalOf(t);
  sys_days date = std::chrono::year(std::get<0>(from)) / std::get<1>(from) / std::get<2>(from);
  for (int i = 0; i < kMostDays; ++i, date += std::chrono::days(1)) {
    const year_month_day today(date);
    const int y = static_cast<int>(today.year()), m = static_cast<int>(static_cast<unsigned>(today.month())),
              d = static_cast<int>(static_cast<unsigned>(today.day()));
    if (!has_day(y, m, d)) continue;
    for (int hour = 0; hour < 24; ++hour) {
      if (!hours_[static_cast<size_t>(hour)]) continue;
      for (int minute = 0; minute < 60; ++minute) {
        const Local local{y, m, d, hour, minute};
        if (!minutes_[static_cast<size_t>(minute)] || local <= from) continue;
        if (const std::time_t due = Moment(local); due > t) return due;
      }
    }
  }
  return std::nullopt;
}

}  // namespace linewatch
