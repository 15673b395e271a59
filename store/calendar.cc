#include "store/calendar.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <forward_list>
#include <mutex>
#include <shared_mutex>
#include <system_error>

#include "store/config.h"

namespace linewatch {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};

// mktime reads the environment, which UseTimeZone changes.
std::shared_mutex zone_mutex;

}  // namespace

void UseTimeZone(const Config& config) {
  // Threads of libraries read the environment at any time, without our lock. It is there from the start on, so that its
  // list does not move then, and what it has ever pointed to stays what it was, to the end of the process.
  static auto& variables = *new std::forward_list<std::string>;
  const std::string variable = "TZ=" + (config.timezone.empty() ? ":/etc/localtime" : config.timezone);
  const std::unique_lock lock(zone_mutex);
  auto kept = std::find(variables.begin(), variables.end(), variable);
  if (kept == variables.end()) kept = variables.insert_after(variables.before_begin(), variable);
  putenv(kept->data());
  tzset();
}

std::tm LocalTime(std::time_t seconds) {
  const std::shared_lock lock(zone_mutex);
  std::tm local{};
  localtime_r(&seconds, &local);
  return local;
}

std::time_t FromLocalTime(std::tm& local) {
  const std::shared_lock lock(zone_mutex);
  return std::mktime(&local);
}

std::string TimeZoneName(const Config& config) {
  if (!config.timezone.empty()) return config.timezone;
  constexpr std::string_view kDatabase = "zoneinfo/";
  std::error_code none;
  const std::string target = std::filesystem::read_symlink("/etc/localtime", none).string();
  const size_t at = target.rfind(kDatabase);
  return at == std::string::npos ? "UTC" : target.substr(at + kDatabase.size());
}

std::optional<Month> ParseMonth(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i)
    if (i != 4 && (text[i] < '0' || text[i] > '9')) return std::nullopt;
  const auto digit = [&](size_t i) { return text[i] - '0'; };
  const Month month{digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3), digit(5) * 10 + digit(6)};
  const bool is_one = month.year >= 1970 && month.month >= 1 && month.month <= 12;
  return is_one ? std::optional(month) : std::nullopt;
}

std::string TextOf(Month month) {
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%04d-%02d", month.year, month.month);
  return {text, static_cast<size_t>(length)};
}

std::string TitleOf(Month month) {
  return std::string(kMonthNames[static_cast<size_t>(month.month - 1)]) + ' ' + std::to_string(month.year);
}

Month Before(Month month) { return month.month == 1 ? Month{month.year - 1, 12} : Month{month.year, month.month - 1}; }
Month After(Month month) { return month.month == 12 ? Month{month.year + 1, 1} : Month{month.year, month.month + 1}; }

Month MonthOf(WallTime t) {
  const std::tm local = LocalTime(ToTimeT(t));
  return {local.tm_year + 1900, local.tm_mon + 1};
}

WallTime BeginOf(Month month) {
  std::tm local{};
  local.tm_year = month.year - 1900;
  local.tm_mon = month.month - 1;
  local.tm_mday = 1;
  local.tm_isdst = -1;
  return WallTime(std::chrono::seconds(FromLocalTime(local)));
}

}  // namespace linewatch
