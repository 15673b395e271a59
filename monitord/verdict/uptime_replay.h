// What a start puts back from the events: the last day's uptime, which hosts.json does not hold, and the changes of
// status since it was written.
//
// The ledger of the store follows the same events, for people: of any month, with hosts that are gone. Here they go on
// in what the rules of checks and alerts know of hosts that are there. An event that means something new to the time of
// a line does so in both.
#ifndef LINEWATCH_MONITORD_VERDICT_UPTIME_REPLAY_H_
#define LINEWATCH_MONITORD_VERDICT_UPTIME_REPLAY_H_

#include "store/config.h"
#include "store/event_log.h"
#include "store/host_list.h"
#include "store/value/wall_time.h"

namespace linewatch {

// Answers the last sign of life of the run before, kNever if there was none: from then to `now` nobody watched.
WallTime ReplayEvents(HostList& list, const EventLog& log, const Config& config, WallTime now);

}  // namespace linewatch

#endif
