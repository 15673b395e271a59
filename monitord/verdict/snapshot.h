// What the record of events says of every host once a month, so that no reader has to begin at its beginning. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_SNAPSHOT_H_
#define LINEWATCH_MONITORD_VERDICT_SNAPSHOT_H_

#include "store/event_log.h"
#include "store/host_list.h"

namespace linewatch {

HostsEvent SnapshotOf(const HostList& list, WallTime now);

}  // namespace linewatch

#endif
