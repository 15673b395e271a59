#include "monitord/verdict/void_reason_traits.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("each reason why checks are void has advice of its own", "[void_reason_traits]") {
  std::vector<std::string> codes;
  for (size_t i = 1; i < kVoidReasons; ++i) {
    const Advice& advice = TraitsOf(static_cast<VoidReason>(i)).advice;
    CHECK_FALSE(std::string(advice.message).empty());
    codes.emplace_back(advice.code);
  }
  std::sort(codes.begin(), codes.end());
  CHECK(std::adjacent_find(codes.begin(), codes.end()) == codes.end());
}

TEST_CASE("a reason without a counter of its own shares that of its like, so that no void check is uncounted",
          "[void_reason_traits]") {
  CHECK(TraitsOf(VoidReason::kNoSecret).counter == &VoidedChecks::not_sent);
  CHECK(TraitsOf(VoidReason::kNoLookUp).counter == &VoidedChecks::crowded);
}

}  // namespace
}  // namespace linewatch
