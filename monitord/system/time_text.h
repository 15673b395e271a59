// Times and durations in words.
#ifndef LINEWATCH_MONITORD_SYSTEM_TIME_TEXT_H_
#define LINEWATCH_MONITORD_SYSTEM_TIME_TEXT_H_

#include <chrono>
#include <string>

#include "store/value/wall_time.h"

namespace linewatch {

// "137 s", "12 min", "3 h 20 min", "2 d 4 h": the two largest units.
std::string DurationText(std::chrono::microseconds duration);

// "13 days", below two days as DurationText has it: what is left of a certificate, not to the hour so that the sentence
// stays the same from check to check.
std::string DaysLeftText(std::chrono::microseconds left);

// "0.4 s", "1 s": of a timeout.
std::string SecondsText(std::chrono::milliseconds duration);

// "12:03:10", by the time zone of the process; with the date when it is of another day than `now`.
std::string ClockText(WallTime t, WallTime now);

}  // namespace linewatch

#endif
