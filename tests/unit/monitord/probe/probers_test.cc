#include "monitord/probe/probers.h"

#include "monitord/probe/inbound/inbox.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("each kind of check has a prober", "[probers]") {
  TrustStore trust;
  const auto kinds = ProberKinds({trust, std::make_shared<Inbox>()});
  REQUIRE(kinds.size() == kCheckKindNames.size());
  for (size_t i = 0; i < kinds.size(); ++i) CHECK(kinds[i].check == static_cast<CheckKind>(i));
  for (const Probing::Kind& kind : kinds) {
    // Ping's wants a right that not everybody has.
    if (kind.check != CheckKind::kPing) CHECK(kind.make([](const Check&) {}) != nullptr);
  }
}

}  // namespace
}  // namespace linewatch
