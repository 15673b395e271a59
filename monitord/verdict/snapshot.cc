#include "monitord/verdict/snapshot.h"

namespace linewatch {

HostsEvent SnapshotOf(const HostList& list, const HostStates& states, WallTime now) {
  HostsEvent event{now, {}};
  event.hosts.reserve(list.hosts.size());
  for (size_t i = 0; i < list.hosts.size(); ++i) {
    const Host& host = list.hosts[i];
    const Observation& seen = host.seen;
    const WallTime since = seen.fail_since != kNever ? seen.fail_since : seen.last_change;
    event.hosts.push_back({host.id, host.name, host.customer, host.sla_percent, seen.status, since, seen.reason,
                           states[i].is_outage, seen.in_maintenance});
  }
  return event;
}

}  // namespace linewatch
