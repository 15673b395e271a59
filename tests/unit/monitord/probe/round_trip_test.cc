#include "monitord/probe/round_trip.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

RoundTrip Measured(milliseconds rtt) {
  RoundTrip round_trip;
  for (int i = 0; i < 50; ++i) round_trip.Add(rtt);
  return round_trip;
}

TEST_CASE("the first repeat follows the host's own round trip, the last waits for half of the timeout",
          "[round_trip]") {
  const RoundTrip round_trip = Measured(milliseconds(80));
  CHECK(RepeatAfter(round_trip, 1, 3, milliseconds(1000)) < milliseconds(100));
  CHECK(RepeatAfter(round_trip, 1, 3, milliseconds(1000)) >= milliseconds(80));
  CHECK(RepeatAfter(round_trip, 3, 3, milliseconds(1000)) == milliseconds(500));
}

TEST_CASE("repeats grow apart", "[round_trip]") {
  const RoundTrip round_trip = Measured(milliseconds(20));
  const auto first = RepeatAfter(round_trip, 1, 3, milliseconds(1000));
  const auto second = RepeatAfter(round_trip, 2, 3, milliseconds(1000));
  const auto third = RepeatAfter(round_trip, 3, 3, milliseconds(1000));
  CHECK(second - first > first);
  CHECK(third - second > second - first);
}

TEST_CASE("a host that answers in microseconds is given the floor", "[round_trip]") {
  RoundTrip round_trip;
  for (int i = 0; i < 50; ++i) round_trip.Add(std::chrono::microseconds(30));
  CHECK(RepeatAfter(round_trip, 1, 2, milliseconds(1000)) == RoundTrip::kFloor);
}

TEST_CASE("no repeat is sent later than half of the timeout, however slow the host was", "[round_trip]") {
  const RoundTrip round_trip = Measured(milliseconds(3000));
  for (int n = 1; n <= 5; ++n) CHECK(RepeatAfter(round_trip, n, 5, milliseconds(1000)) <= milliseconds(500));
}

TEST_CASE("a host never measured is given time to answer before it is asked again", "[round_trip]") {
  CHECK(RepeatAfter(RoundTrip(), 1, 2, milliseconds(1000)) == milliseconds(250));
  CHECK(RepeatAfter(RoundTrip(), 1, 1, milliseconds(1000)) == milliseconds(500));
}

TEST_CASE("a round trip that varies is given more time than a steady one", "[round_trip]") {
  RoundTrip varying;
  for (int i = 0; i < 50; ++i) varying.Add(milliseconds(i % 2 == 0 ? 40 : 120));
  CHECK(varying.retransmit_after() > Measured(milliseconds(80)).retransmit_after() + milliseconds(50));
}

constexpr ClockReading kSent{1763800000000000000, 5000000000};
ClockReading Later(int64_t steady_ns, int64_t wall_ns) {
  return {kSent.wall_ns + wall_ns, kSent.steady_ns + steady_ns};
}

TEST_CASE("the kernel's stamp tells the age of a reply, however late it is read", "[round_trip]") {
  const ReplyAge age = AgeOfReply(kSent, kSent.wall_ns + 1500, Later(900000000, 900000000));
  CHECK(age.is_exact);
  CHECK(age.length.count() == 1500);
}

TEST_CASE("a clock that is slewed is no clock that was set", "[round_trip]") {
  const ReplyAge age = AgeOfReply(kSent, kSent.wall_ns + 400200000, Later(400000000, 400200000));
  CHECK(age.is_exact);
  CHECK(age.length == milliseconds(400));
}

TEST_CASE("when the wall clock was set meanwhile, the age is known as an upper bound alone", "[round_trip]") {
  for (const int64_t jump : std::initializer_list<int64_t>{-8000000000000000, -3600000000000, -2000000, 2000000,
                                                           3600000000000, 8000000000000000}) {
    for (const int64_t stamp_jump : {int64_t{0}, jump}) {  // the reply came before it, or after
      const ReplyAge age = AgeOfReply(kSent, kSent.wall_ns + 1500 + stamp_jump, Later(50000000, 50000000 + jump));
      CHECK_FALSE(age.is_exact);
      CHECK(age.length == milliseconds(50));
    }
  }
}

TEST_CASE("a request is too late by a quarter of the timeout, whatever the host", "[round_trip]") {
  CHECK_FALSE(IsTooLate(milliseconds(249), milliseconds(251), Measured(milliseconds(1)), milliseconds(1000)));
  CHECK(IsTooLate(milliseconds(251), milliseconds(249), Measured(milliseconds(1)), milliseconds(1000)));
  CHECK(IsTooLate(milliseconds(251), milliseconds(749), RoundTrip(), milliseconds(1000)));
}

TEST_CASE("a request is too late when less is left than the host takes to answer", "[round_trip]") {
  const RoundTrip slow = Measured(milliseconds(300));
  CHECK(IsTooLate(milliseconds(220), milliseconds(280), slow, milliseconds(1000)));
  CHECK_FALSE(IsTooLate(milliseconds(180), milliseconds(320), slow, milliseconds(1000)));
  CHECK_FALSE(IsTooLate(milliseconds(220), milliseconds(280), RoundTrip(), milliseconds(1000)));
  // A host that always takes longer than the last repeat has time: a delay as any has is no fault.
  CHECK_FALSE(IsTooLate(milliseconds(2), milliseconds(498), Measured(milliseconds(700)), milliseconds(1000)));
}

}  // namespace
}  // namespace linewatch
