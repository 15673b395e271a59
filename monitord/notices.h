// The words for what goes wrong with the watching itself, for the page and the log.
#ifndef LINEWATCH_MONITORD_NOTICES_H_
#define LINEWATCH_MONITORD_NOTICES_H_

#include <string>
#include <system_error>

#include "monitord/probe/prober.h"
#include "store/event_log.h"

namespace linewatch {

// A notice on the page, as long as it is so.
struct Advice {
  const char *code, *message;
};

// What to do about checks that are void. Not for VoidReason::kNone.
const Advice& AdviceOn(VoidReason void_reason);

inline constexpr Advice kNeighbourTableFull = {
    "neighbour_table_full",
    "the kernel's table of neighbours is full: some hosts of this network cannot be checked; raise sysctl "
    "net.ipv4.neigh.default.gc_thresh3"};

// The code of the notice that something could not be written: disk_full or write_failed.
std::string WriteFailureCode(const std::error_code& error);

// One line, for the log.
std::string Describe(const MonitorEvent& event);

}  // namespace linewatch

#endif
