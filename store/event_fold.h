// How events become the time of hosts: the rules by which the ledger says what was, and by which monitord goes on after
// a start. Pure: an event in, what changes by it out.
//
// Events come in the order of EventLog::Read: file by file, and in a file as they were written. Where the clock was
// set, that is not the order of their times. Each event comes once, a host's to its HostTime, monitord's to the
// MonitorFold, and the Passage that this answers to every HostTime, before the next event.
#ifndef LINEWATCH_STORE_EVENT_FOLD_H_
#define LINEWATCH_STORE_EVENT_FOLD_H_

#include <algorithm>
#include <variant>

#include "store/event_log.h"
#include "store/timeline.h"
#include "store/value/clock_step.h"

namespace linewatch {

// What a MonitorEvent changes in the time of every host: nothing, or one of these.
struct Gap {
  WallTime from, until;  // nobody watched
};
struct Stop {
  WallTime t;  // nobody watches from then on
};
using Passage = std::variant<std::monostate, Gap, Stop, ClockStep>;

// One host, as of the event that was read last.
class HostTime {
 public:
  bool is_there = false;  // there is such a host
  Status status = Status::kPending;
  bool in_maintenance = false;
  WallTime maintenance_since = kNever;  // as far as events say
  WallTime begin = kNever;              // what was before is not asked for
  Timeline timeline;

  TimeKind kind() const { return is_there ? TimeKindOf(status, in_maintenance) : TimeKind::kNone; }

  // Its target was changed: what was seen before is of another host.
  bool is_of_new_target(const StatusEvent& event) const {
    return event.from == Status::kPending && status != Status::kPending;
  }

  struct Change {
    Status before;
    WallTime since;
  };
  Change Take(const StatusEvent& event);
  void Take(const MaintenanceEvent& event);
  void Take(const Passage& passage);

  // It is there from `t` on, or no longer.
  void Come(WallTime t);
  void Leave(WallTime t);
};

// What monitord itself did, as of the event that was read last.
class MonitorFold {
 public:
  // `known`: when monitord was alive by something else than events, such as `updated` of hosts.json.
  explicit MonitorFold(WallTime known = kNever) : known_(known), last_sign_(known) {}

  Passage Take(const MonitorEvent& event);

  // monitord was alive at `t`. A MonitorEvent says so by itself; the caller says it for all other events.
  void NoteSign(WallTime t) { last_sign_ = std::max(last_sign_, t); }
  WallTime last_sign() const { return last_sign_; }

  // A run is under way at `t`. For a reading that begins within one, and so finds no start of it.
  void NoteRunning(WallTime t) {
    if (run_since_ == kNever) run_since_ = t;
  }

 private:
  const WallTime known_;
  WallTime last_sign_;
  WallTime run_since_ = kNever;  // the start of the run that the events are of
};

}  // namespace linewatch

#endif
