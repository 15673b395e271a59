#include "monitord/probe/probers.h"

#include "monitord/probe/inbound/inbox.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("each kind of check has a prober, and ping's is the first", "[probers]") {
  TrustStore trust;
  const auto kinds = ProberKinds({trust, std::make_shared<Inbox>(), {}});
  REQUIRE(kinds.size() == kCheckKindNames.size());
  for (size_t i = 0; i < kinds.size(); ++i) CHECK(kinds[i].check == static_cast<CheckKind>(i));
  CHECK(kinds.front().check == CheckKind::kPing);
  // Ping's wants a right that not everybody has.
  for (size_t i = 1; i < kinds.size(); ++i) CHECK(kinds[i].make([](const Check&) {}) != nullptr);
}

}  // namespace
}  // namespace linewatch
