#include "monitord/notify/notifiers.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("each channel has a notifier, by the name that settings have for it", "[notifiers]") {
  const auto kinds = ChannelKinds();
  REQUIRE(kinds.size() == kChannelNames.size());
  for (size_t i = 0; i < kinds.size(); ++i) {
    CHECK(kinds[i].name == kChannelNames[i]);
    CHECK(kinds[i].make(Config()) != nullptr);
  }
}

}  // namespace
}  // namespace linewatch
