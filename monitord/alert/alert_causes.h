// Which alerts belong together: root causes, and the hosts below them. Pure.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_CAUSES_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_CAUSES_H_

#include <cstdint>
#include <vector>

#include "monitord/verdict/host_state.h"
#include "monitord/verdict/topology.h"
#include "store/alert.h"
#include "store/host_list.h"

namespace linewatch {

// Sets `dependents` of the alert of list.hosts[host]: the enabled hosts that cannot be reached without it, but for
// those that answered while it did not. Only of an outage and of its end, which name the same hosts.
void FillDependents(Alert& alert, uint32_t host, const HostList& list, const HostStates& states,
                    const Topology& topology);

// Sets `below` of the alerts of hosts that went down below another of the alerts' hosts that did, and likewise of those
// that came back. Orders them for people: by gravity; of the same gravity root causes first, each with the hosts below
// it; then by name.
void OrderByCause(std::vector<Alert>& alerts, const HostList& list, const Topology& topology);

}  // namespace linewatch

#endif
