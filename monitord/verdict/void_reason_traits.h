// What each reason of a void check is called: on the host, in the notices and in the counters of hosts.json. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_VOID_REASON_TRAITS_H_
#define LINEWATCH_MONITORD_VERDICT_VOID_REASON_TRAITS_H_

#include <cstdint>

#include "monitord/probe/void_reason.h"
#include "store/host_list.h"

namespace linewatch {

// A notice whose words are fixed: what to do about something.
struct Advice {
  const char *code, *message;
};

struct VoidReasonTraits {
  VoidReason reason;
  const char* why;  // a host whose checks were void has it as its reason
  Advice advice;    // of checks that were
  // The API has four counters for the seven reasons: one without a counter of its own shares that of the reason that is
  // most like it.
  //   not_sent  nothing could be sent (kNotSent), or was, for want of a secret (kNoSecret) or a key (kNoKey)
  //   late      kLate
  //   dropped   kDropped
  //   crowded   it had to wait for too long, for other checks (kCrowded) or for its name to be looked up (kNoLookUp)
  int64_t VoidedChecks::*counter;
};
// Not for VoidReason::kNone.
const VoidReasonTraits& TraitsOf(VoidReason reason);

// One of the causes of VoidReason::kNotSent, which has a cure of its own.
inline constexpr Advice kNeighbourTableFull = {
    "neighbour_table_full",
    "the kernel's table of neighbours is full: some hosts of this network cannot be checked; raise sysctl "
    "net.ipv4.neigh.default.gc_thresh3"};

}  // namespace linewatch

#endif
