#include "store/timeline.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1763800000s};

TEST_CASE("time is counted by its kind, within the span that is asked for", "[timeline]") {
  Timeline line;
  AddStretch(line, kStart, TimeKind::kUp);
  AddStretch(line, kStart + 10min, TimeKind::kDown);
  AddStretch(line, kStart + 15min, TimeKind::kUp);
  const TimeByKind time = TimeWithin(line, kStart - 5min, kStart + 20min);
  CHECK(Of(time, TimeKind::kNone) == 5min);
  CHECK(Of(time, TimeKind::kUp) == 15min);
  CHECK(Of(time, TimeKind::kDown) == 5min);
  CHECK(Of(TimeWithin(line, kStart + 12min, kStart + 13min), TimeKind::kDown) == 1min);
  CHECK(Of(TimeWithin(line, kStart + 1h, kStart + 2h), TimeKind::kUp) == 1h);
}

TEST_CASE("a span without a length, or one before all that is known, has no time of any kind", "[timeline]") {
  Timeline line;
  AddStretch(line, kStart, TimeKind::kUp);
  for (const auto& time : {TimeWithin(line, kStart, kStart), TimeWithin(line, kStart + 1h, kStart)})
    for (const auto part : time) CHECK(part == 0us);
  CHECK(Of(TimeWithin({}, kStart, kStart + 1h), TimeKind::kNone) == 1h);
}

TEST_CASE("what turns out to be the fault of something upstream is taken back from its first moment on", "[timeline]") {
  Timeline line;
  AddStretch(line, kStart, TimeKind::kUp);
  AddStretch(line, kStart + 10min, TimeKind::kDown);
  ForgetFrom(line, kStart + 10min, TimeKind::kUpstream);
  const TimeByKind time = TimeWithin(line, kStart, kStart + 12min);
  CHECK(Of(time, TimeKind::kDown) == 0us);
  CHECK(Of(time, TimeKind::kUpstream) == 2min);
}

}  // namespace
}  // namespace linewatch
