#include "monitord/probe/void_reason.h"

#include <set>
#include <string_view>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("each reason for a void check has words of its own", "[void_reason]") {
  std::set<std::string_view> words;
  for (size_t i = 0; i < kVoidReasons; ++i) words.insert(WordsOf(static_cast<VoidReason>(i)));
  CHECK(words.size() == kVoidReasons);
  CHECK(WordsOf(VoidReason::kNone).empty());
}

}  // namespace
}  // namespace linewatch
