#include "monitord/round_trip.h"

#include "tests/catch.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

RoundTrip Measured(milliseconds rtt) {
  RoundTrip line;
  for (int i = 0; i < 50; ++i) line.Add(rtt);
  return line;
}

TEST_CASE("the first repeat follows the line's own round trip, the last waits for half of the timeout",
          "[round_trip]") {
  const RoundTrip line = Measured(milliseconds(80));
  CHECK(RepeatAfter(line, 1, 3, milliseconds(1000)) < milliseconds(100));
  CHECK(RepeatAfter(line, 1, 3, milliseconds(1000)) >= milliseconds(80));
  CHECK(RepeatAfter(line, 3, 3, milliseconds(1000)) == milliseconds(500));
}

TEST_CASE("repeats grow apart", "[round_trip]") {
  const RoundTrip line = Measured(milliseconds(20));
  const auto first = RepeatAfter(line, 1, 3, milliseconds(1000));
  const auto second = RepeatAfter(line, 2, 3, milliseconds(1000));
  const auto third = RepeatAfter(line, 3, 3, milliseconds(1000));
  CHECK(second - first > first);
  CHECK(third - second > second - first);
}

TEST_CASE("a line that answers in microseconds is given the floor", "[round_trip]") {
  RoundTrip line;
  for (int i = 0; i < 50; ++i) line.Add(std::chrono::microseconds(30));
  CHECK(RepeatAfter(line, 1, 2, milliseconds(1000)) == RoundTrip::kFloor);
}

TEST_CASE("no repeat is sent later than half of the timeout, however slow the line was", "[round_trip]") {
  const RoundTrip line = Measured(milliseconds(3000));
  for (int n = 1; n <= 5; ++n) CHECK(RepeatAfter(line, n, 5, milliseconds(1000)) <= milliseconds(500));
}

TEST_CASE("a line never measured is given time to answer before it is asked again", "[round_trip]") {
  CHECK(RepeatAfter(RoundTrip(), 1, 2, milliseconds(1000)) == milliseconds(250));
  CHECK(RepeatAfter(RoundTrip(), 1, 1, milliseconds(1000)) == milliseconds(500));
}

TEST_CASE("a round trip that varies is given more time than a steady one", "[round_trip]") {
  RoundTrip varying;
  for (int i = 0; i < 50; ++i) varying.Add(milliseconds(i % 2 == 0 ? 40 : 120));
  CHECK(varying.retransmit_after() > Measured(milliseconds(80)).retransmit_after() + milliseconds(50));
}

}  // namespace
}  // namespace linewatch
