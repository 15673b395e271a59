// What a start puts back from the events: what changed since hosts.json was written, and the last day's uptime, which it
// does not hold.
//
// What an event means to the time of a host stands in store/event_fold.h; the ledger of the store follows the same
// events, for people: of any month, with hosts that are gone. Here they go on in what the rules of checks know of hosts
// that are there.
#ifndef LINEWATCH_MONITORD_VERDICT_EVENT_REPLAY_H_
#define LINEWATCH_MONITORD_VERDICT_EVENT_REPLAY_H_

#include <cstddef>

#include "monitord/system/clock_watch.h"
#include "monitord/verdict/host_state.h"
#include "store/alert.h"
#include "store/config.h"
#include "store/event_log.h"
#include "store/host_list.h"
#include "store/value/wall_time.h"

namespace linewatch {

// Hears of what ReplayEvents takes from the events, in the same order: for rules that stand above those of checks, and
// go on from the events, too. Begin for every host, then the events, then End, once.
class ReplayListener {
 public:
  virtual ~ReplayListener() = default;

  // A host as it was after the event.
  struct HostThen {
    size_t host;  // its place in the list
    Status status;
    bool in_maintenance;
    bool is_outage;
  };
  virtual void Begin(const HostThen& host) = 0;  // as it was before the first event
  virtual void Take(const HostThen& host, const StatusEvent& event) = 0;
  virtual void Take(const HostThen& host, const MaintenanceEvent& event) = 0;
  virtual void TakeNotified(size_t host) = 0;                                             // an alert of it was queued
  virtual void TakeNotified(size_t host, const NotifiedAlert& notified, WallTime t) = 0;  // and this was in it
  virtual void Forget(size_t host) = 0;                                                   // its target was changed
  virtual void ShiftTimes(const ClockStep& step) = 0;
  // `last_sign` is that of Replayed.
  virtual void End(WallTime last_sign) = 0;
};

struct Replayed {
  // The last sign of life of the run before: from then to `now` nobody watched. kNever if there was no run before.
  WallTime last_sign = kNever;
  HostStates states;  // of the hosts of the list
};

// Follows the events of the last day, of alerts those of the last week, and all that are younger than `list`, in the
// order in which they were written: a clock that was set back makes that another order than that of time. Puts into
// `list` what changed after it was written, and answers what it does not hold. `listener` may be null.
//
// Throws std::system_error if the events cannot be read, unless `log` skips what is unreadable; then `list` is as it
// was, and `listener` has heard nothing.
Replayed ReplayEvents(HostList& list, const EventLog& log, const Config& config, WallTime now,
                      ReplayListener* listener = nullptr);

}  // namespace linewatch

#endif
