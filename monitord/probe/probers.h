// Who makes the checks of each kind: MakePingProber and so on, each in the file of its prober.
#ifndef LINEWATCH_MONITORD_PROBE_PROBERS_H_
#define LINEWATCH_MONITORD_PROBE_PROBERS_H_

#include <filesystem>
#include <memory>
#include <vector>

#include "monitord/net/client_keys.h"
#include "monitord/net/trust_store.h"
#include "monitord/probe/prober.h"
#include "monitord/probe/probing.h"
#include "store/check_kind.h"

namespace linewatch {

class Inbox;

// What probers share.
struct ProberNeeds {
  const TrustStore& trust;  // outlives them
  std::shared_ptr<Inbox> inbox;
  ClientKeys keys{};  // none
};

#define LINEWATCH_KIND(Name, name) \
  std::unique_ptr<Prober> Make##Name##Prober(Prober::Done done, const ProberNeeds& needs);
LINEWATCH_CHECK_KINDS(LINEWATCH_KIND)
#undef LINEWATCH_KIND

// One for each kind of check there is, in the order of CheckKind.
std::vector<Probing::Kind> ProberKinds(const ProberNeeds& needs);

}  // namespace linewatch

#endif
