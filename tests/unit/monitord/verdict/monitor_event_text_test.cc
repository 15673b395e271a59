#include "monitord/verdict/monitor_event_text.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1763812800s};

TEST_CASE("the log says of a clock that was set in which direction and how far", "[monitor_event_text]") {
  CHECK(TextOf({kNow, MonitorChange::kClock, kNow - 90s}) == "the clock was set forward by 90 s");
  CHECK(TextOf({kNow, MonitorChange::kClock, kNow + 1h}) == "the clock was set back by 1 h");
}

TEST_CASE("the log says for how long nobody watched and for how long monitord was blind", "[monitor_event_text]") {
  CHECK(TextOf({kNow, MonitorChange::kLate, kNow - 10min}) ==
        "nobody watched for 10 min: the machine slept, or monitord was held up");
  CHECK(TextOf({kNow, MonitorChange::kSight, kNow - 10min}) == "monitord sees again, after 10 min");
}

}  // namespace
}  // namespace linewatch
