#include "store/check_traits.h"

#include <array>

namespace linewatch {

const CheckTraits& TraitsOf(CheckKind kind) {
  static constexpr std::array kTraits = {
#define LINEWATCH_KIND(Name, name) &k##Name##Check,
      LINEWATCH_CHECK_KINDS(LINEWATCH_KIND)
#undef LINEWATCH_KIND
  };
  return *kTraits[static_cast<size_t>(kind)];
}

bool needs_address(CheckKind kind) { return TraitsOf(kind).needs_address; }

}  // namespace linewatch
