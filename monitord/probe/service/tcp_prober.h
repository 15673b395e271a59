// Connects by TCP, and compares the banner if one is expected: mail, SSH, databases.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_TCP_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_TCP_PROBER_H_

#include <memory>

#include "monitord/probe/prober.h"

namespace linewatch {

std::unique_ptr<Prober> MakeTcpProber(Prober::Done done);

// Of a banner, until what is expected was found in it.
inline constexpr size_t kMaxBanner = 4096;

}  // namespace linewatch

#endif
