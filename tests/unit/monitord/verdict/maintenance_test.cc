#include "monitord/verdict/maintenance.h"

#include <cstdlib>
#include <ctime>

#include "monitord/verdict/topology.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// The rules of Central Europe, and those of a zone without summer time, whatever zones this machine knows.
constexpr const char* kCentralEurope = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* kIndia = "IST-5:30";

class Zone {
 public:
  explicit Zone(const char* rules) { Use(rules); }
  ~Zone() { Use("UTC"); }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  static void Use(const char* rules) {
    setenv("TZ", rules, 1);
    tzset();
  }
};

// "2026-03-29 02:30" in UTC.
WallTime Utc(const char* text) {
  std::tm fields{};
  REQUIRE(strptime(text, "%Y-%m-%d %H:%M", &fields) != nullptr);
  return std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::from_time_t(timegm(&fields)));
}

MaintenanceWindow Weekly(std::vector<int> days, int from_hour, int from_minute, int to_hour, int to_minute) {
  MaintenanceWindow window;
  window.weekly = {std::move(days), from_hour * 60 + from_minute, to_hour * 60 + to_minute};
  return window;
}

// The first and the last whole minute of the window around the middle of `day` given in UTC, as "20:00-22:59"; and that
// there is just one window in the 36 hours around.
std::string MinutesOf(const MaintenanceWindow& window, const char* middle) {
  std::string text;
  int opened = 0;
  bool was_in = false;
  for (WallTime t = Utc(middle) - 18h; t < Utc(middle) + 18h; t += 1min) {
    const bool is_in = is_in_maintenance({window}, t);
    if (is_in == was_in) continue;
    was_in = is_in;
    if (is_in) ++opened;
    const std::time_t seconds = std::chrono::system_clock::to_time_t(is_in ? t : t - 1min);
    char clock[16];
    std::strftime(clock, sizeof clock, is_in ? "%H:%M-" : "%H:%M", std::gmtime(&seconds));
    text += clock;
  }
  return opened == 1 ? text : std::to_string(opened) + " windows: " + text;
}

TEST_CASE("a window that is given once opens at its first moment and is over at its last", "[maintenance]") {
  MaintenanceWindow window;
  window.once = {WallTime(1000s), WallTime(2000s)};
  CHECK_FALSE(is_in_maintenance({window}, WallTime(999s)));
  CHECK(is_in_maintenance({window}, WallTime(1000s)));
  CHECK(is_in_maintenance({window}, WallTime(1999s)));
  CHECK_FALSE(is_in_maintenance({window}, WallTime(2000s)));
  CHECK_FALSE(is_in_maintenance({}, WallTime(1500s)));
}

TEST_CASE("weekly windows", "[maintenance]") {
  struct Case {
    const char* what;
    const char* zone;
    MaintenanceWindow window;
    const char* around;   // UTC
    const char* minutes;  // UTC, the first and the last
  };
  const Case table[] = {
      // 22 November 2026 is a Sunday.
      {"on its day", kCentralEurope, Weekly({7}, 9, 0, 11, 30), "2026-11-22 09:00", "08:00-10:29"},
      {"not on other days", kCentralEurope, Weekly({1, 6}, 9, 0, 11, 30), "2026-11-22 09:00", "0 windows: "},
      {"over midnight it belongs to the day on which it opens", kCentralEurope, Weekly({7}, 23, 0, 2, 0),
       "2026-11-22 23:30", "22:00-00:59"},
      {"a whole day", kCentralEurope, Weekly({7}, 0, 0, 0, 0), "2026-11-22 11:00", "23:00-22:59"},
      {"in a zone without summer time", kIndia, Weekly({7}, 9, 0, 11, 30), "2026-11-22 05:00", "03:30-05:59"},
      // The clock goes from 02:00 to 03:00 on 29 March (01:00 UTC), and from 03:00 to 02:00 on 25 October (01:00 UTC).
      {"the night of spring is an hour shorter", kCentralEurope, Weekly({6}, 23, 0, 5, 0), "2026-03-29 00:30",
       "22:00-02:59"},
      {"the night of autumn is an hour longer", kCentralEurope, Weekly({6}, 23, 0, 5, 0), "2026-10-25 00:30",
       "21:00-03:59"},
      {"what opens in the hour left out opens with the change", kCentralEurope, Weekly({7}, 2, 30, 4, 0),
       "2026-03-29 01:30", "01:00-01:59"},
      {"what closes in the hour left out closes with the change", kCentralEurope, Weekly({7}, 1, 0, 2, 30),
       "2026-03-29 00:30", "00:00-00:59"},
      {"an hour that comes twice is covered from its first to its second end", kCentralEurope,
       Weekly({7}, 2, 15, 2, 45), "2026-10-25 00:30", "00:15-01:44"},
  };
  for (const Case& line : table) {
    INFO(line.what);
    const Zone zone(line.zone);
    CHECK(MinutesOf(line.window, line.around) == line.minutes);
  }
}

}  // namespace
}  // namespace linewatch
