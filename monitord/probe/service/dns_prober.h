// Asks a name server for one record, and compares the answer if one is expected.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_DNS_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_DNS_PROBER_H_

#include <memory>

#include "monitord/probe/prober.h"

namespace linewatch {

std::unique_ptr<Prober> MakeDnsProber(Prober::Done done);

}  // namespace linewatch

#endif
