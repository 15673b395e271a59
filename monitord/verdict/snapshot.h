// What the record of events says of every host once a month, so that no reader has to begin at its beginning. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_SNAPSHOT_H_
#define LINEWATCH_MONITORD_VERDICT_SNAPSHOT_H_

#include "monitord/verdict/host_state.h"
#include "store/event_log.h"
#include "store/host_list.h"

namespace linewatch {

// `states` are those of the hosts of the list.
HostsEvent SnapshotOf(const HostList& list, const HostStates& states, WallTime now);

}  // namespace linewatch

#endif
