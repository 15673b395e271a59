#include "monitord/probe/ping/pacing.h"

#include <deque>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

const Pacing::Clock::time_point kStart(1000h);

TEST_CASE("in any 50 ms no more is sent than there is room for, and hardly less", "[pacing]") {
  for (const size_t room : {256, 512, 20164}) {
    Pacing pacing(room);
    std::deque<Pacing::Clock::time_point> sent;  // within the last window
    size_t total = 0;
    for (auto now = kStart; now < kStart + 1s; now += 100us) {
      while (!sent.empty() && now - sent.front() > Pacing::kWindow) sent.pop_front();
      const size_t count = pacing.allowance(now);
      pacing.Spend(count, now);
      sent.insert(sent.end(), count, now);
      total += count;
      REQUIRE(sent.size() <= room);
    }
    CHECK(total > room * 10);
  }
}

TEST_CASE("with room for twenty thousand, ten thousand go out at once", "[pacing]") {
  CHECK(Pacing(20164).allowance(kStart) >= 10000);
}

TEST_CASE("after a rest there is no more than one burst", "[pacing]") {
  Pacing pacing(512);
  pacing.Spend(256, kStart);
  CHECK(pacing.allowance(kStart + 1h) == 256);
}

TEST_CASE("what is ready at a time may be sent then, and not before", "[pacing]") {
  Pacing pacing(512);
  pacing.Spend(256, kStart);
  const auto ready = pacing.ready_at(Pacing::kLeast);
  CHECK(ready > kStart);
  CHECK(pacing.allowance(ready) == Pacing::kLeast);
  CHECK(pacing.allowance(ready - 100us) < Pacing::kLeast);
}

TEST_CASE("next to no room leaves some speed", "[pacing]") { CHECK(Pacing(2).allowance(kStart) == Pacing::kLeast); }

}  // namespace
}  // namespace linewatch
