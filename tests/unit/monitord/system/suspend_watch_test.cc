#include "monitord/system/suspend_watch.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a sleep shows in the difference of the clocks", "[suspend_watch]") {
  SuspendWatch watch;
  CHECK_FALSE(watch.HasSlept(100s, 130s, 100s));  // slept for 30 s before anybody looked
  CHECK_FALSE(watch.HasSlept(110s, 140s, 110s));
  CHECK(watch.HasSlept(120s, 151s, 120s));
  CHECK_FALSE(watch.HasSlept(130s, 161s, 130s));
}

TEST_CASE("a process that loses the processor between the readings does not take it for a sleep", "[suspend_watch]") {
  SuspendWatch watch;
  CHECK_FALSE(watch.HasSlept(100s, 130s, 100s));
  CHECK_FALSE(watch.HasSlept(110s, 145s, 115s));  // five seconds lost before the second reading
  CHECK_FALSE(watch.HasSlept(120s, 150s, 125s));  // and before the third
  CHECK_FALSE(watch.HasSlept(130s, 160s, 130s));
}

TEST_CASE("this machine does not sleep while it runs a test", "[suspend_watch]") {
  SuspendWatch watch;
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(watch.HasSlept());
}

}  // namespace
}  // namespace linewatch
