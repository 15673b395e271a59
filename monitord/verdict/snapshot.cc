#include "monitord/verdict/snapshot.h"

namespace linewatch {

HostsEvent SnapshotOf(const HostList& list, WallTime now) {
  HostsEvent event{now, {}};
  event.hosts.reserve(list.hosts.size());
  for (const Host& host : list.hosts) {
    const Observation& seen = host.seen;
    const WallTime since = seen.fail_since != kNever ? seen.fail_since : seen.last_change;
    event.hosts.push_back({host.id, host.name, host.customer, host.sla_percent, seen.status, since, seen.reason,
                           seen.is_outage, seen.in_maintenance});
  }
  return event;
}

}  // namespace linewatch
