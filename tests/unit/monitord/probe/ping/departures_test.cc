#include "monitord/probe/ping/departures.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("each request of a check has its own time, whatever others are sent meanwhile", "[departures]") {
  Departures departures;
  auto one = departures.Add({10, 11}, 0, Departures::kNone);
  auto other = departures.Add({20, 21}, 5, Departures::kNone);
  one = departures.Add({30, 31}, 0, one);
  other = departures.Add({40, 41}, 0, other);
  CHECK(departures.Before(one, 0).at.steady_ns == 31);
  CHECK(departures.Before(one, 1).at.steady_ns == 11);
  CHECK(departures.Before(other, 1).at.wall_ns == 20);
  CHECK(departures.Before(other, 1).after_ns == 5);
}

TEST_CASE("the room of checks that are over is used again", "[departures]") {
  Departures departures;
  auto first = departures.Add({1, 1}, 0, Departures::kNone);
  const auto kept = departures.Add({2, 2}, 0, Departures::kNone);
  first = departures.Add({3, 3}, 0, first);
  departures.Remove(first);
  departures.Remove(Departures::kNone);
  for (int i = 0; i < 2; ++i) CHECK(departures.Add({9, 9}, 0, Departures::kNone) < 3);
  CHECK(departures.Add({9, 9}, 0, Departures::kNone) == 3);
  CHECK(departures.Before(kept, 0).at.wall_ns == 2);
}

}  // namespace
}  // namespace linewatch
