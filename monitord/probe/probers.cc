#include "monitord/probe/probers.h"

#include <utility>

namespace linewatch {

std::vector<Probing::Kind> ProberKinds(const ProberNeeds& needs) {
  return {
#define LINEWATCH_KIND(Name, name) \
  {CheckKind::k##Name, [needs](Prober::Done done) { return Make##Name##Prober(std::move(done), needs); }},
      LINEWATCH_CHECK_KINDS(LINEWATCH_KIND)
#undef LINEWATCH_KIND
  };
}

}  // namespace linewatch
