#include "monitord/verdict/void_reason_traits.h"

#include <array>

namespace linewatch {
namespace {

// In the order of VoidReason, without kNone.
constexpr std::array<VoidReasonTraits, kVoidReasons - 1> kTraits = {{
    {VoidReason::kNotSent,
     "void: nothing could be sent",
     {"not_sent", "some checks cannot be sent: the network interface is down or overloaded"},
     &VoidedChecks::not_sent},
    {VoidReason::kLate,
     "void: monitord did not run in time",
     {"probing_late", "monitord does not get the processor in time: some checks are not counted"},
     &VoidedChecks::late},
    {VoidReason::kDropped,
     "void: replies were dropped",
     {"replies_dropped",
      "replies are dropped for want of room: some checks are not counted; raise sysctl net.core.rmem_max"},
     &VoidedChecks::dropped},
    {VoidReason::kCrowded,
     "void: too many other checks hang",
     {"crowded", "too many checks of services hang at a time: some were not made; give them shorter timeouts"},
     &VoidedChecks::crowded},
    {VoidReason::kNoSecret,
     "void: its password or headers are not known",
     {"secrets_missing",
      "some websites are not checked: their passwords or headers are not in secrets.json; repair it, or set them "
      "again"},
     &VoidedChecks::not_sent},
    {VoidReason::kNoLookUp,
     "void: its name was not looked up in time",
     {"names_not_looked_up",
      "some names are not looked up in time, and their hosts not checked: the name servers of this machine, those of "
      "/etc/resolv.conf, do not answer"},
     &VoidedChecks::crowded},
    {VoidReason::kNoKey,
     "void: the certificate that it shows cannot be read",
     {"keys_missing",
      "some hosts are not checked: the certificate that they are shown, or its key, is not in keys/ of the data "
      "folder, "
      "or cannot be read"},
     &VoidedChecks::not_sent},
}};

constexpr bool is_in_order() {
  for (size_t i = 0; i < kTraits.size(); ++i)
    if (static_cast<size_t>(kTraits[i].reason) != i + 1) return false;
  return true;
}
static_assert(is_in_order());

}  // namespace

const VoidReasonTraits& TraitsOf(VoidReason reason) { return kTraits[static_cast<size_t>(reason) - 1]; }

}  // namespace linewatch
