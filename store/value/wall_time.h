// Points on the wall clock, as files and people see them: UTC, microseconds, never for measuring a length.
#ifndef LINEWATCH_STORE_VALUE_WALL_TIME_H_
#define LINEWATCH_STORE_VALUE_WALL_TIME_H_

#include <chrono>
#include <cmath>
#include <ctime>

namespace linewatch {

// Eight bytes instead of the sixteen of an optional: a host carries six of them.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// "It never happened": written to files as null.
inline constexpr WallTime kNever{};

inline WallTime WallNow() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

inline double UnixSeconds(WallTime t) { return std::chrono::duration<double>(t.time_since_epoch()).count(); }

// Whole seconds, for the C library. Not by system_clock::to_time_t, whose nanoseconds end in the year 2262.
inline std::time_t ToTimeT(WallTime t) {
  return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count());
}

// What a file or a request says may be any number: one that no clock can show becomes kNever.
inline WallTime FromUnixSeconds(double seconds) {
  constexpr double kYear9999 = 253402300800.0;
  if (!(seconds > 0 && seconds < kYear9999)) return kNever;
  return WallTime(std::chrono::microseconds(std::llround(seconds * 1e6)));
}

}  // namespace linewatch

#endif
