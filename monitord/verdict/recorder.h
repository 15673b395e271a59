// What the rounds of checks make of the list of hosts: who is up, who is to blame, and what is worth an event. It reads
// no clock, no file and no network: rounds and moments come in, the changed list, events and questions come out.
#ifndef LINEWATCH_MONITORD_VERDICT_RECORDER_H_
#define LINEWATCH_MONITORD_VERDICT_RECORDER_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "monitord/probe/probing.h"
#include "monitord/system/clock_watch.h"
#include "monitord/system/moment.h"
#include "monitord/verdict/self_check.h"
#include "monitord/verdict/state_machine.h"
#include "monitord/verdict/topology.h"
#include "store/config.h"
#include "store/event_log.h"
#include "store/host_list.h"
#include "store/secrets.h"

namespace linewatch {

class Recorder {
 public:
  // They belong to the daemon and outlive this. After every change of settings in them TakeSettings is to be called.
  Recorder(HostList& list, const Config& config, const Secrets& secrets)
      : list_(list), config_(config), secrets_(secrets) {}

  struct Outcome {
    std::vector<Event> events;
    std::vector<std::string> questions;             // targets whose check is wanted at once, by id
    std::array<size_t, kVoidReasons> unmeasured{};  // checks of the round that were void, by flaw
    bool has_ended_acknowledgement = false;         // a setting: it is to be as durable as an edit
  };

  // Once, when the list is loaded. `last_sign` is when the run before was last alive: failures before a longer pause
  // are no longer in a row with those to come.
  void Start(WallTime last_sign, const Moment& now);

  // After a change of hosts or config. Answers what there is to probe: the enabled hosts and the uplinks.
  Targets TakeSettings(const Moment& now, Outcome& outcome);

  void Record(const CheckBatch& batch, const Moment& now, Outcome& outcome);

  // Of the list as of the last TakeSettings.
  const Topology& topology() const { return topology_; }
  const SelfCheck& sight() const { return self_check_; }

  // Every few seconds; Record does it, too.
  void LookAtClock(const Moment& now, Outcome& outcome);

 private:
  // Whom a result is for: an index into list_.hosts, behind them one into config_.uplinks, or nobody any more.
  enum : uint32_t { kGone = 0xffffffff };
  bool is_host(uint32_t subject) const { return subject < list_.hosts.size(); }
  bool is_uplink(uint32_t subject) const { return subject != kGone && !is_host(subject); }
  std::vector<uint32_t> SubjectsOf(const CheckBatch& batch) const;
  void NoteGap(const CheckBatch& batch, const Moment& now, Outcome& outcome);
  void NoteVoidReasons(const CheckBatch& batch, Outcome& outcome);
  void NoteSelfCheck(const CheckBatch& batch, const std::vector<uint32_t>& subjects, const Moment& now,
                     Outcome& outcome);
  void NoteMaintenance(WallTime now, Outcome& outcome);
  void Judge(const CheckBatch& batch, const std::vector<uint32_t>& subjects, const Moment& now, Outcome& outcome);
  void SettleAwaiting(const CheckBatch& batch, const Moment& now, Outcome& outcome);
  Upstream UpstreamOf(uint32_t host) const;
  void Tell(const Host& host, const std::optional<StatusChange>& change, WallTime now, Outcome& outcome) const;

  HostList& list_;
  const Config& config_;
  const Secrets& secrets_;
  Targets targets_;                 // of the last TakeSettings
  std::vector<uint32_t> subjects_;  // whom each of them is for
  Topology topology_;
  // What the checks of one subject tell of the way to it.
  struct Contact {
    // When the last round began in which it answered. Within a round nobody vouches for anybody: the requests of one
    // may be sent long before those of another.
    WallTime answered = kNever;
    std::optional<bool> is_good;  // what the last check told that was measured
    bool is_asked = false;        // to vouch for others, between two cycles
    // How far the requests of the last check came: to an answer of this machine itself, out of it, or not even that.
    enum class Reach : uint8_t { kUntold, kStayedHere, kSentOut, kKeptHere } reach = Reach::kUntold;
  };
  std::vector<Contact> contacts_;  // by subject
  SelfCheck self_check_;
  ClockWatch clock_watch_;
  WallTime started_;  // this run, by the clock as it is now
  struct Cycle {
    WallTime wall;
    std::chrono::nanoseconds boot;
  };
  SteadyTime youngest_batch_{};                 // when the one began that began last
  std::optional<Cycle> last_cycle_;             // when it began
  std::chrono::milliseconds last_interval_{0};  // in force then
};

}  // namespace linewatch

#endif
