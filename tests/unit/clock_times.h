// Which times of a struct go with the clock when that is set, for tests that hold its list of them against its fields.
#ifndef LINEWATCH_TESTS_UNIT_CLOCK_TIMES_H_
#define LINEWATCH_TESTS_UNIT_CLOCK_TIMES_H_

#include <chrono>
#include <type_traits>

#include "store/value/wall_time.h"

namespace linewatch {

// `members` are all of `of`, by a structured binding: it no longer compiles when there is one more. Answers how many of
// the times among them stay when the clock is set forward.
template <class Struct, class... Members>
int TimesThatStay(Struct& of, Members&... members) {
  constexpr WallTime kBefore{std::chrono::seconds(1763800000)};
  const auto if_time = [](auto& member, auto use) {
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, WallTime>) use(member);
  };
  (if_time(members, [&](WallTime& t) { t = kBefore; }), ...);
  ForEachClockTime(of, [](WallTime& t) { t += std::chrono::hours(1); });
  int stay = 0;
  (if_time(members, [&](const WallTime& t) { stay += t == kBefore ? 1 : 0; }), ...);
  return stay;
}

}  // namespace linewatch

#endif
