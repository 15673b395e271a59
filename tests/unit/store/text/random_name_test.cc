#include "store/text/random_name.h"

#include <set>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("no two random names are the same, and each could be one", "[random_name]") {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(RandomName(10));
  CHECK(names.size() == 100);
  for (const std::string& name : names) CHECK(is_random_name(name, 10));
}

TEST_CASE("what is empty, too long or of other characters is no random name", "[random_name]") {
  CHECK(is_random_name("a1", 2));
  for (const char* text : {"", "abc", "A1", "a-", "a ", "\xc3\xa4"}) CHECK_FALSE(is_random_name(text, 2));
}

}  // namespace
}  // namespace linewatch
