// Reads the certificate of any server that speaks TLS, from the first byte on or after STARTTLS, and judges it.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_TLS_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_TLS_PROBER_H_

#include <memory>

#include "monitord/net/trust_store.h"
#include "monitord/probe/prober.h"

namespace linewatch {

// `trust` outlives it.
std::unique_ptr<Prober> MakeTlsProber(Prober::Done done, const TrustStore& trust);

}  // namespace linewatch

#endif
