// Which alerts belong together: root causes and what hangs below them. Pure.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_CAUSES_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_CAUSES_H_

#include <cstdint>
#include <vector>

#include "monitord/verdict/host_state.h"
#include "monitord/verdict/topology.h"
#include "store/alert.h"
#include "store/host_list.h"

namespace linewatch {

// Names in the alert of list.hosts[host] the enabled hosts that are reached through nothing but it, unless they
// answered while it did not. For the kinds that tell of an outage or of its end; both name the same hosts.
void FillDependents(Alert& alert, uint32_t host, const HostList& list, const HostStates& states,
                    const Topology& topology);

// Sets `below` of what began (or ended) below a host that is told to be down (or back) beside it, and orders them for
// people: by gravity; of the same gravity root causes first, each with what hangs below it; then by name.
void OrderByCause(std::vector<Alert>& alerts, const HostList& list, const Topology& topology);

}  // namespace linewatch

#endif
