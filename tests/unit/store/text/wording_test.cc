#include "store/text/wording.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("one is no plural", "[wording]") {
  CHECK(CountOf(0, "host") == "0 hosts");
  CHECK(CountOf(1, "host") == "1 host");
  CHECK(CountOf(2, "host") == "2 hosts");
}

TEST_CASE("a list names the first and counts the rest, also those whose names it was not given", "[wording]") {
  CHECK(Enumerate({}).empty());
  CHECK(Enumerate({"A"}) == "A");
  CHECK(Enumerate({"A", "B"}) == "A and B");
  CHECK(Enumerate({"A", "B", "C"}) == "A, B and C");
  CHECK(ListOf({}, 3).empty());
  CHECK(ListOf({"A", "B", "C"}, 3) == "A, B, C");
  CHECK(ListOf({"A", "B", "C", "D"}, 3) == "A, B, C and 1 more");
  CHECK(ListOf({"A", "B"}, 3, 9) == "A, B and 7 more");
}

}  // namespace
}  // namespace linewatch
