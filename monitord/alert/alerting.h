// The way of an alert from the moment when it is due until a server has accepted it: digest, routes, text, outbox,
// delivery.
#ifndef LINEWATCH_MONITORD_ALERT_ALERTING_H_
#define LINEWATCH_MONITORD_ALERT_ALERTING_H_

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitord/alert/alert_state.h"
#include "monitord/alert/digest.h"
#include "monitord/alert/retry_queue.h"
#include "monitord/notify/dispatcher.h"
#include "monitord/notify/notifier.h"
#include "monitord/system/clock_watch.h"
#include "monitord/system/moment.h"
#include "monitord/verdict/host_state.h"
#include "monitord/verdict/self_check.h"
#include "monitord/verdict/topology.h"
#include "store/answer_box.h"
#include "store/config.h"
#include "store/event_log.h"
#include "store/host_list.h"
#include "store/host_store.h"
#include "store/outbox.h"
#include "store/request_queue.h"

namespace linewatch {

class Alerting {
 public:
  // `channels` outlives this.
  Alerting(const Folders& folders, std::span<const ChannelKind> channels);

  // Once, when the list is loaded and the events are replayed, before the Judge starts: takes over what the run
  // before has left in the outbox, and what people were notified of (`alerts`, of an AlertReplay). Answers events to be
  // written. Sets HostState::is_outage in `states`: see RestoreAlertState. An outbox that cannot be read is logged;
  // events that cannot be read throw std::system_error.
  std::vector<Event> Start(HostList& list, HostStates& states, AlertStates&& alerts, const EventLog& log,
                           const Moment& now);

  // Right after an edit has changed the list.
  void FollowEdit(const HostOrigins& origins) { FollowHosts(alerts_, origins); }
  // The clock was set.
  void ShiftTimes(const ClockStep& step);

  // After every batch of checks: puts the alerts that have fallen due into the digest.
  void TakeDueAlerts(const HostList& list, const HostStates& states, const Topology& topology, const Config& config,
                     const Moment& now);

  // About monitord itself.
  //   NoteSelfCheck       in every turn: an alert, once, when a blindness has lasted for kLongBlindness. The fault may
  //                       be the uplinks' alone, and meanwhile nobody is notified of any host
  //   NotifyOfBlindness   when monitord is no longer blind, as it was from `since` on: an alert, unless the blindness
  //                       was short or there were too many
  //   NotifyOfWriting     after every attempt to write: `failure` says why it failed; nothing if it did not. An alert
  //                       when writing has failed for as long as a host must fail to be down, and one when it works
  //                       again
  void NoteSelfCheck(const SelfCheck& self_check, const Moment& now);
  static constexpr std::chrono::minutes kLongBlindness{15};
  void NotifyOfBlindness(WallTime since, const Config& config, const Moment& now);
  void NotifyOfWriting(const std::optional<std::string>& failure, const Config& config, const Moment& now);

  // A report that is due: it goes by smtp alone, and to no fallback. Answers the event that says so.
  Event QueueReport(Message report, const Moment& now);
  // For a request of the kind kTest: starts a message of its own and puts the server's answer into the answer box.
  void SendTest(const Request& request, const Config& config, const Moment& now);
  // The settings have changed: perhaps they were why something was not delivered.
  void TryAll(SteadyTime now) { queue_.TryAll(now); }

  // Every turn of the loop, in this order, with all events appended to the log between Store and Clean. Messages are
  // sent even if they cannot be written to the disk.
  //   Turn   closes the digest when it is due, and takes what the servers have answered
  //   Store  writes the files of new and changed messages
  //   Clean  removes the files of those that were delivered or given up
  //   Send   starts what is to be sent now
  std::vector<Event> Turn(HostList& list, const Topology& topology, const Config& config, const Moment& now);
  void Store(SteadyTime now);
  void Clean();
  void Send(const Config& config, const Moment& now);

  // Before the end: a last Turn, then what the digest holds gets into the queue. Waits for nothing. To be followed by
  // Store and Clean, and to be called again if a NotifyOf… came after it.
  std::vector<Event> Stop(HostList& list, const Topology& topology, const Config& config, const Moment& now);
  // Cancels the deliveries that are under way, and waits for nothing. False if one of them cannot be cancelled: it goes
  // on in its thread until its server answers.
  bool StopSending() { return dispatcher_.Stop({}); }

  // The settings that servers have changed since the last call, each with the name of its channel.
  struct MovedSetting {
    std::string channel;
    Delivery::Moved moved;
  };
  std::vector<MovedSetting> TakeMoved() { return std::exchange(moved_, {}); }

  // When Turn and Send next have something to do; the descriptor is readable when a server has answered.
  SteadyTime wake_at(const Config& config) const;
  int fd() const { return dispatcher_.fd(); }

  // What is wrong with the outbox, a sentence for people; nothing if all is well.
  const std::optional<std::string>& outbox_failure() const { return outbox_failure_; }

 private:
  std::vector<std::string> ConfiguredChannels(const Config& config) const;
  void Queue(const std::vector<Alert>& alerts, HostList& list, const Config& config, const Moment& now,
             std::vector<Event>& events);
  // Of monitord itself.
  void Notify(AlertKind kind, WallTime since, std::string_view reason, const Moment& now);
  void EndTest(const Dispatcher::Ended& ended, WallTime now, std::vector<Event>& events);
  void PutAnswer(const std::string& id, const Answer& answer);

  std::vector<Event> TakeOverOutbox(HostList& list, const EventLog& log, const Moment& now);
  std::vector<QueuedMessage> ReadOutbox();
  std::vector<QueuedMessage> RestoreUnlogged(const std::vector<QueuedMessage>& found, std::set<std::string> logged,
                                             HostList& list, std::vector<Event>& events);

  const std::span<const ChannelKind> channels_;
  const Outbox outbox_;
  const AnswerBox answers_;
  AlertStates alerts_;
  Digest digest_;
  RetryQueue queue_;
  Dispatcher dispatcher_;
  std::vector<QueuedMessage> to_remove_;  // whose files are
  std::optional<std::string> outbox_failure_;
  std::vector<SteadyTime> blindness_notified_;  // when the last few alerts fell due that say it is over
  bool is_still_blind_notified_ = false;        // there is an alert of the blindness that lasts
  struct Unwritable {
    WallTime since = kNever;  // kNever while monitord can write
    SteadyTime since_steady;
    bool is_notified = false;
    std::optional<SteadyTime> notified_at;  // the last alert's time, of an earlier failure, too
  } unwritable_;
  struct Test {
    std::string channel, answer;
  };
  std::optional<Test> test_;  // under way
  std::vector<MovedSetting> moved_;
};

}  // namespace linewatch

#endif
