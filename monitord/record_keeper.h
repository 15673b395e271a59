// Keeps what waits for the disk, and writes it: events, the list of hosts and steps of the history. What the disk does
// not take stays in memory, bounded, and is tried again.
#ifndef LINEWATCH_MONITORD_RECORD_KEEPER_H_
#define LINEWATCH_MONITORD_RECORD_KEEPER_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "monitord/notice_list.h"
#include "monitord/system/moment.h"
#include "monitord/verdict/host_state.h"
#include "monitord/verdict/judge.h"
#include "store/config.h"
#include "store/event_log.h"
#include "store/history_log.h"
#include "store/host_list.h"
#include "store/host_store.h"

namespace linewatch {

// The code of the notice that something could not be written: disk_full or write_failed.
std::string WriteFailureCode(const std::error_code& error);

class RecordKeeper {
 public:
  // `notices` outlives this. `patience` is for a lock that another program holds.
  RecordKeeper(const Folders& folders, std::chrono::milliseconds patience, NoticeList& notices);

  // Once, before anything else: the list as the disk has it. From then on a file of events that cannot be read is
  // skipped, with a notice. Throws std::system_error if the data folder cannot be read or written; this object is of no
  // use then, and the daemon ends.
  HostList Load(const Moment& now);
  const EventLog& events() const { return events_; }

  // What happened, to be written. Of more than kMostUnwritten the oldest are dropped.
  void Add(Event event);
  void Add(std::vector<Event> events);
  static constexpr size_t kMostUnwritten = 100000;  // a day without a disk: what happened last is kept

  // The list's durable copy is replaced with the next writing, and not only when `checkpoint` is over.
  void RequireCheckpoint() { is_checkpoint_due_ = true; }

  // Every turn. Closes the step of the history when its five minutes are over; true if it did.
  bool CloseStepWhenOver(Judge& judge, WallTime now);
  // Every turn. Begins each month of events with what is known then: that is queued as by Add. Once a day removes
  // months of events and of the history that are too old. Throws std::system_error if one cannot be removed: then the
  // rest goes the next day, and all that waits here is as it was.
  void TurnMonths(const HostList& list, const HostStates& states, const Config& config, const Moment& now);

  // The end of the run: the open step is closed, however short it is.
  void CloseLastStep(Judge& judge, WallTime now);

  // Whether somebody else has replaced hosts.json.
  bool is_edited_by_others() const { return store_.changed(); }
  // Files that were set aside are a notice for as long as they are there, with what was found.
  void NoteSetAside(const Findings& findings);

  // One writing, in this order, so that what the dashboard shows is never ahead of the record. Nothing is thrown: a
  // disk that takes no events does not keep the live list, which may be in memory, from being renewed.
  void WriteEvents();
  // Takes into `list`, which is the judge's, what others have edited, and answers it.
  HostStore::TakenOver WriteList(HostList& list, const Judge& judge, std::chrono::milliseconds checkpoint,
                                 SteadyTime now);
  void WriteHistory(WallTime now);
  // Answers why nothing can be recorded, for a notification; nothing if all is written, or if only a lock is held:
  // whoever edits sees that himself.
  std::optional<std::string> EndWriting(SteadyTime now);

  // When what failed is to be written again.
  const std::optional<SteadyTime>& retry_at() const { return retry_at_; }

 private:
  struct Failure {
    std::string code, message, for_the_log, reason;
  };
  void Attempt(const std::function<void()>& write);

  NoticeList& notices_;
  HostStore store_;
  EventLog events_;
  HistoryLog history_;
  std::vector<Event> unwritten_;
  std::vector<HistoryStep> unwritten_steps_;
  WallTime step_begin_ = kNever;  // of the one that is open
  bool is_roll_up_due_ = true;
  bool is_checkpoint_due_ = true;
  SteadyTime last_checkpoint_;
  std::chrono::year_month snapshot_month_;  // of which the events have one
  std::optional<SteadyTime> last_removal_;  // of old events
  std::string set_aside_story_;             // what was set aside in this run, and why
  std::optional<Failure> failure_;          // the first of this writing
  std::optional<SteadyTime> retry_at_;
};

}  // namespace linewatch

#endif
