#include "store/text/status_ranges.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a range of status codes has both its ends", "[status_ranges]") {
  const auto ranges = StatusRanges::Parse("200-399");
  REQUIRE(ranges);
  CHECK_FALSE(ranges->contains(199));
  CHECK(ranges->contains(200));
  CHECK(ranges->contains(399));
  CHECK_FALSE(ranges->contains(400));
}

TEST_CASE("codes and ranges stand side by side, in any order and over each other", "[status_ranges]") {
  const auto ranges = StatusRanges::Parse("404, 200,300-308,  305-310");
  REQUIRE(ranges);
  for (const int good : {200, 300, 308, 310, 404}) CHECK(ranges->contains(good));
  for (const int bad : {201, 299, 311, 403, 405}) CHECK_FALSE(ranges->contains(bad));
}

TEST_CASE("status codes go from 100 to 599", "[status_ranges]") {
  for (const char* good : {"100", "599", "100-599", "204-204"}) CHECK(StatusRanges::Parse(good));
  for (const char* bad : {"99", "600", "0-599", "100-600", "99999999999"}) CHECK_FALSE(StatusRanges::Parse(bad));
}

TEST_CASE("what is no list of status codes is none", "[status_ranges]") {
  for (const char* bad : {"", " ", ",", "200-", "-200", "200--299", "200-299-399", "399-200", "200,,204", "200 ,204",
                          " 200", "200 ", "+200", "20x", "200;204"}) {
    INFO(bad);
    CHECK_FALSE(StatusRanges::Parse(bad));
  }
}

}  // namespace
}  // namespace linewatch
