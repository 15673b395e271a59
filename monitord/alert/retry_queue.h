// The messages that wait for their channels: when each is tried, and what becomes of it. No file and no clock: its
// owner writes to the outbox what TakeChanged and TakeGone answer, and time is an argument.
#ifndef LINEWATCH_MONITORD_ALERT_RETRY_QUEUE_H_
#define LINEWATCH_MONITORD_ALERT_RETRY_QUEUE_H_

#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "monitord/notify/notifier.h"
#include "monitord/system/moment.h"
#include "monitord/system/steady_time.h"
#include "store/alert_result.h"
#include "store/config.h"
#include "store/outbox.h"

namespace linewatch {

// How long after the nth failed attempt, from 1, the next is made: 5 s, then twice as long each time, at most 15 min.
std::chrono::seconds BackOff(int attempts);

class RetryQueue {
 public:
  // One that leaves the queue, and why.
  struct Gone {
    QueuedMessage queued;
    AlertResult result;
  };

  // What a run before has left, oldest first: each is tried at once.
  void Restore(std::vector<QueuedMessage> waiting, SteadyTime now);

  // To be called with the alerts of a new message before it is added for `channel`. Takes out of the messages that wait
  // there each alert that one of the new ones replaces:
  //   an end replaces the beginning, and is late then (Alert::is_late)
  //   a repeat replaces what it repeats, and is no repeat then if that was none (Alert::is_repeat)
  // A message that is left without alerts is given up. One that may have arrived, or is under way, stays as it is.
  struct Superseded {
    std::vector<QueuedMessage> left;  // those that have other alerts still: each needs a new text, by SetText
    bool was_handed_on = false;       // a beginning went to the fallback channels, so its end is to go there, too
  };
  Superseded Supersede(const std::string& channel, std::span<Alert> alerts);
  void SetText(const QueuedMessage& queued);
  // The fallback channels have this message.
  void MarkHandedOn(const std::string& id);

  // To be written before it is tried: see TakeChanged. Beyond kMost the oldest of the channel is given up.
  void Add(QueuedMessage queued, SteadyTime now);

  // What is to be tried now through a channel that is free, and is under way from now on. Messages about the same host
  // go out in the order in which they were added.
  std::optional<QueuedMessage> NextFor(std::string_view channel, SteadyTime now);
  // What became of it.
  void Settle(std::string_view channel, const std::string& id, const Delivery& delivery, const Moment& now);

  // Time passes: gives up what has waited for too long or has nowhere to go, and hands on to `fallback` what its
  // channel does not deliver. `channels` are those that are set up.
  void Review(const Config& config, std::span<const std::string> channels, const Moment& now);

  // The settings were changed: perhaps they were the fault. All are tried at once.
  void TryAll(SteadyTime now);

  // When the next one is to be tried. Review needs no exact time.
  SteadyTime wake_at() const;

  // New and changed ones, whose files are to be written. What could not be written is named to NotStored.
  std::vector<QueuedMessage> TakeChanged(SteadyTime now);
  void NotStored(const QueuedMessage& queued);
  // Those that have left the queue since the last call.
  std::vector<Gone> TakeGone();

  size_t size() const { return entries_.size(); }

  static constexpr size_t kMost = 1000;  // of a channel

 private:
  struct Entry {
    QueuedMessage queued;
    SteadyTime since;  // queued.waited is how long it had waited up to then
    SteadyTime due;
    bool is_under_way = false;
    bool is_changed = true;
    std::optional<AlertResult> given_up = {};  // set: the next RemoveGivenUp takes it out
  };
  // The beginning of a condition: the fallback channels were notified of it instead of `channel`, and not yet of its
  // end.
  struct HandedOn {
    std::string channel, host;
    AlertKind kind;
  };
  void NoteHandedOn(const QueuedMessage& gone);
  void RemoveGivenUp();
  Entry* Find(std::string_view channel, const std::string& id);
  std::vector<QueuedMessage> HandOn(const Entry& entry, const Config& config, std::span<const std::string> channels);
  static std::chrono::milliseconds WaitedOf(const Entry& entry, SteadyTime now);

  std::vector<Entry> entries_;  // oldest first
  std::vector<Gone> gone_;
  std::deque<HandedOn> handed_on_;  // of messages that have left the queue in this run, at most kMost
};

}  // namespace linewatch

#endif
