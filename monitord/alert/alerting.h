// Telling people, from an alert that is due to the server that has accepted it: digest, routes, text, outbox, delivery.
#ifndef LINEWATCH_MONITORD_ALERT_ALERTING_H_
#define LINEWATCH_MONITORD_ALERT_ALERTING_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "monitord/alert/alert_queue.h"
#include "monitord/alert/alert_state.h"
#include "monitord/alert/digest.h"
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

  // Once, when the list is loaded and the events are replayed, before the rules of checks start: takes over what the run
  // before has left in the outbox, and what people were notified of (`alerts`, of an AlertReplay). Outages of which they
  // were, and which have not ended, it marks in `states`. An outbox that cannot be read is logged.
  std::vector<Event> Start(HostList& list, HostStates& states, AlertStates&& alerts, const EventLog& log,
                           const Moment& now);

  // Right after an edit has changed the list.
  void FollowEdit(const HostOrigins& origins) { FollowHosts(alerts_, origins); }
  // The clock was set.
  void ShiftTimes(const ClockStep& step);

  // After every round: which alerts are due.
  void LookAt(const HostList& list, const HostStates& states, const Topology& topology, const Config& config,
              const Moment& now);
  // While monitord is blind, as often as it likes: told once, when it has lasted for kLongBlindness. It may be a fault of
  // the uplinks alone, and nobody hears of any line in the meantime.
  void LookAtSelfCheck(const SelfCheck& sight, const Moment& now);
  static constexpr std::chrono::minutes kLongBlindness{15};
  // monitord sees again, after a blindness from `since` on.
  void TellBlindness(WallTime since, const Config& config, const Moment& now);
  // As long as monitord cannot write, each time with why, and nothing when it can (again).
  void TellWriting(const std::optional<std::string>& trouble, const Config& config, const Moment& now);
  // A report that is due: it goes by smtp alone, and to no fallback. Answers the event that says so.
  Event QueueReport(Message report, const Moment& now);
  // For a kTest.
  void SendTest(const Request& request, const Config& config, const Moment& now);
  // The settings have changed: perhaps they were why something was not delivered.
  void TryAll(SteadyTime now) { queue_.TryAll(now); }

  // Every turn of the loop, in this order, with all events appended to the log between Store and Clean. A disk that
  // takes nothing keeps no message from being sent.
  //   Turn   closes the digest when it is due, and takes what the servers have answered
  //   Store  writes the files of new and changed messages
  //   Clean  removes the files of those that are done with
  //   Send   starts what is to be sent now
  std::vector<Event> Turn(HostList& list, const Topology& topology, const Config& config, const Moment& now);
  void Store(SteadyTime now);
  void Clean();
  void Send(const Config& config, const Moment& now);

  // Before the end: a last Turn, then what the digest holds gets into the queue. Nothing is waited for. To be followed by
  // Store and Clean.
  std::vector<Event> Stop(HostList& list, const Topology& topology, const Config& config, const Moment& now);
  // Cancels what is under way, and waits for nothing. False if some of it goes on, for as long as its server lets it.
  bool StopSending() { return dispatcher_.Stop({}); }

  // When Turn and Send have something to do, and what tells that a server has answered.
  SteadyTime wake_at(const Config& config) const;
  int fd() const { return dispatcher_.fd(); }

  // What is wrong with the outbox; nothing if all is well.
  const std::optional<std::string>& trouble() const { return trouble_; }

 private:
  std::vector<std::string> ConfiguredChannels(const Config& config) const;
  void Queue(const std::vector<Alert>& alerts, HostList& list, const Config& config, const Moment& now,
             std::vector<Event>& events);
  // Of monitord itself.
  void Tell(AlertKind kind, WallTime since, std::string_view reason, const Moment& now);
  void EndTest(const Dispatcher::Ended& ended, WallTime now, std::vector<Event>& events);
  void PutAnswer(const std::string& id, const Answer& answer);

  std::vector<Event> TakeOverOutbox(HostList& list, const EventLog& log, const Moment& now);

  const std::span<const ChannelKind> channels_;
  const Outbox outbox_;
  const AnswerBox answers_;
  AlertStates alerts_;
  Digest digest_;
  AlertQueue queue_;
  Dispatcher dispatcher_;
  std::vector<QueuedMessage> to_remove_;  // their files
  std::optional<std::string> trouble_;
  std::vector<SteadyTime> blind_told_;  // the last few times that it was over
  bool is_still_blind_told_ = false;
  struct Unwritable {
    WallTime since = kNever;  // kNever while monitord can write
    SteadyTime since_steady;
    bool is_told = false;
    std::optional<SteadyTime> told_at;  // the last time that it was
  } unwritable_;
  struct Test {
    std::string channel, answer;
  };
  std::optional<Test> test_;  // under way
};

}  // namespace linewatch

#endif
