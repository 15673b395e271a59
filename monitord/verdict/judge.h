// Turns the results of checks into the state of the hosts: which host is up, which is to blame, and what is worth an
// event. No clock, no file and no network: batches of checks and moments come in; the changed list, events, and the ids
// of targets that are to be checked at once come out.
#ifndef LINEWATCH_MONITORD_VERDICT_JUDGE_H_
#define LINEWATCH_MONITORD_VERDICT_JUDGE_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "monitord/probe/probing.h"
#include "monitord/system/clock_watch.h"
#include "monitord/system/moment.h"
#include "monitord/verdict/event_replay.h"
#include "monitord/verdict/host_state.h"
#include "monitord/verdict/measurements.h"
#include "monitord/verdict/self_check.h"
#include "monitord/verdict/state_machine.h"
#include "monitord/verdict/topology.h"
#include "store/config.h"
#include "store/event_log.h"
#include "store/host_list.h"
#include "store/secrets.h"

namespace linewatch {

class Judge {
 public:
  // All three belong to the caller and outlive this. After every change of settings in them TakeSettings is to be
  // called.
  Judge(HostList& list, const Config& config, const Secrets& secrets)
      : list_(list), config_(config), secrets_(secrets) {}

  // Of the hosts of the list, in its order.
  const HostStates& states() const { return states_; }

  struct Outcome {
    std::vector<Event> events;
    std::vector<std::string> wanted_checks;          // ids of targets that are to be checked at once
    std::array<size_t, kVoidReasons> void_checks{};  // of the batch, by reason
    bool has_ended_acknowledgement = false;          // a setting: it is to be as durable as an edit
    std::optional<ClockStep> clock_step;             // the clock was set: times that others keep are to be shifted
  };

  // Once, when the list is loaded and the events are replayed. If the run before was last alive longer ago than a short
  // pause, its failures are no longer in a row with those to come.
  void Start(Replayed&& past, const Moment& now);

  // Right after an edit has changed the list, before TakeSettings.
  void FollowEdit(const HostOrigins& origins) { FollowHosts(states_, origins); }

  // Whether the outage or degradation of the host has ended in which the acknowledgement was written.
  bool is_over(size_t host, const Acknowledgement& acknowledgement) const {
    return is_over_by_state(acknowledgement, list_.hosts[host].seen, states_[host]);
  }

  // After a change of hosts or config. Answers what there is to probe: the enabled hosts and the uplinks.
  Targets TakeSettings(const Moment& now, Outcome& outcome);

  void Take(const CheckBatch& batch, const Moment& now, Outcome& outcome);

  // Ends the step of the history that began at `begin`: see CloseStep in measurements.h.
  HistoryStep CloseStep(WallTime begin, WallTime now) { return linewatch::CloseStep(list_, states_, begin, now); }

  // Of the list as of the last TakeSettings.
  const Topology& topology() const { return topology_; }
  const SelfCheck& self_check() const { return self_check_; }

  // To be called every few seconds; Take does it, too.
  void LookAtClock(const Moment& now, Outcome& outcome);

 private:
  // The subject of a check, as a number: of a host its place in list_.hosts; of an uplink the number of hosts plus its
  // place in config_.uplinks; kGone of one that is no longer watched.
  enum : uint32_t { kGone = 0xffffffff };
  bool is_host(uint32_t subject) const { return subject < list_.hosts.size(); }
  bool is_uplink(uint32_t subject) const { return subject != kGone && !is_host(subject); }
  std::vector<uint32_t> SubjectsOf(const CheckBatch& batch) const;
  void NoteGap(const CheckBatch& batch, const Moment& now, Outcome& outcome);
  void NoteVoidReasons(const CheckBatch& batch, Outcome& outcome);
  void NoteSelfCheck(const CheckBatch& batch, const std::vector<uint32_t>& subjects, const Moment& now,
                     Outcome& outcome);
  bool is_kept_here(uint32_t subject) const;
  void NoteContact(uint32_t subject, const CheckResult& result);
  WayOut WayOutOf(const CheckBatch& batch, const std::vector<uint32_t>& subjects, WallTime sent) const;
  void AskThoseSentOut(Outcome& outcome);
  void NoteMaintenance(WallTime now, Outcome& outcome);
  void JudgeHosts(const CheckBatch& batch, const std::vector<uint32_t>& subjects, const Moment& now, Outcome& outcome);
  void SettleAwaiting(const CheckBatch& batch, const Moment& now, Outcome& outcome);
  Path PathTo(uint32_t host) const;
  WatchedHost Watched(uint32_t host) { return {list_.hosts[host].seen, states_[host]}; }
  static void AddEvent(const Host& host, const std::optional<StatusChange>& change, WallTime now, Outcome& outcome);

  HostList& list_;
  HostStates states_;
  const Config& config_;
  const Secrets& secrets_;
  Targets targets_;                 // of the last TakeSettings
  std::vector<uint32_t> subjects_;  // of each of them
  Topology topology_;
  // What the checks of one subject say about the way to it.
  struct Contact {
    // When the last batch began in which it answered. An answer confirms no failure of the same batch: the requests of
    // one may be sent long before those of another.
    WallTime last_answer = kNever;
    std::optional<bool> is_good;       // whether the last check succeeded that was not void
    bool is_wanted_by_others = false;  // its check was asked for between two cycles, for what it says about others
    // How far the requests of the last check came.
    enum class Reach : uint8_t {
      kUnknown,
      kStayedHere,  // this machine itself has answered
      kSentOut,     // to another machine
      kKeptHere,    // this machine could not send them
    } reach = Reach::kUnknown;
  };
  std::vector<Contact> contacts_;  // by subject
  SelfCheck self_check_;
  ClockWatch clock_watch_;
  WallTime started_;  // this run, by the clock as it is now
  struct Cycle {
    WallTime wall;
    std::chrono::nanoseconds boot;
  };
  SteadyTime youngest_batch_{};                 // when the batch began that began last
  std::optional<Cycle> last_cycle_;             // when it began
  std::chrono::milliseconds last_interval_{0};  // in force then
};

}  // namespace linewatch

#endif
