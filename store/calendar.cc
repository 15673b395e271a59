#include "store/calendar.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>

namespace linewatch {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};

std::tm LocalTime(WallTime t) {
  const std::time_t seconds = ToTimeT(t);
  std::tm local{};
  localtime_r(&seconds, &local);
  return local;
}

}  // namespace

void UseTimeZone(const Config& config) {
  // Always set, from the start on: the libraries of threads that send read the environment, which must not move then.
  setenv("TZ", config.timezone.empty() ? ":/etc/localtime" : config.timezone.c_str(), 1);
  tzset();
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
  const std::tm local = LocalTime(t);
  return {local.tm_year + 1900, local.tm_mon + 1};
}

WallTime BeginOf(Month month) {
  std::tm local{};
  local.tm_year = month.year - 1900;
  local.tm_mon = month.month - 1;
  local.tm_mday = 1;
  local.tm_isdst = -1;
  return WallTime(std::chrono::seconds(std::mktime(&local)));
}

}  // namespace linewatch
