// Hosts on a simulated network, watched by a Judge in simulated time, and what people are notified of them. A check
// is a letter:
//   g  answers            b  does not           s  answers slowly
//   v  void               x  this machine cannot send there
#ifndef LINEWATCH_TESTS_UNIT_MONITORD_SIMULATED_NETWORK_H_
#define LINEWATCH_TESTS_UNIT_MONITORD_SIMULATED_NETWORK_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "monitord/alert/alert_state.h"
#include "monitord/alert/digest.h"
#include "monitord/verdict/event_replay.h"
#include "monitord/verdict/judge.h"

namespace linewatch {

// Before the first cycle.
inline constexpr WallTime kStart{std::chrono::seconds(1763800000)};

// A cycle takes 10 s, the threshold is 3.
class Network {
 public:
  Network();
  // Started, and all have answered for so many cycles. The id "uplink" is that of an uplink.
  struct Wiring {
    std::string id;
    std::vector<std::string> parents = {};
  };
  Network(const std::vector<Wiring>& hosts, int cycles);
  // The judge has references to the members.
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Host& Add(const std::string& id, std::vector<std::string> parents = {});
  void AddUplink() { config.uplinks = {"10.9.9.9"}; }

  void Start(WallTime last_sign = kNever);
  struct Past {
    Replayed replayed;
    AlertStates alerts;
  };
  void Start(Past past);
  // A kill -9, and a start after `pause`, when the wall clock is `behind`: from hosts.json and the events.
  void Restart(std::chrono::microseconds pause, std::chrono::microseconds behind = {});
  // `outbox`: messages that were queued and got no event any more.
  void RestartFrom(const std::string& hosts_json, const std::vector<AlertEvent>& outbox,
                   std::chrono::microseconds pause, std::chrono::microseconds behind);
  std::string HostsJson() const;
  Past ReadPast(const std::string& hosts_json, WallTime at, HostList& read) const;
  void TakeSettings();
  // The list was edited.
  void Follow(const HostOrigins& origins);

  // How each target fares, by id, for the uplinks by "uplink"; whoever is not named answers.
  using Fates = std::map<std::string, char>;
  // One cycle. What is wanted at once is checked between it and the next.
  void Cycle(const Fates& fates);
  void Cycles(int count, const Fates& fates);
  // Cycles in which all answer.
  void Quiet(int cycles) { Cycles(cycles, {}); }
  // A small batch of its own.
  void Ask(const std::vector<std::string>& ids, const Fates& fates) { RunBatch(fates, ids, false); }
  // A cycle that begins now, without results: for those that a test makes by hand.
  CheckBatch BeginCycle() const;
  // Of a batch that began at `started` the one check that hung until now, though it had left this machine.
  void EndHanging(const std::string& id, SteadyTime started);
  void Pass(std::chrono::microseconds time);

  const Host& Seen(const std::string& id) const { return *list.Find(id); }
  Status StatusOf(const std::string& id) const { return Seen(id).seen.status; }
  size_t IndexOf(const Host& host) const { return static_cast<size_t>(&host - list.hosts.data()); }
  const HostState& StateOf(const std::string& id) const { return judge->states()[IndexOf(*list.Find(id))]; }
  std::vector<StatusEvent> StatusEvents(const std::string& id) const {
    return EventsOf<StatusEvent>([&](const auto& e) { return e.host == id; });
  }
  std::vector<MonitorEvent> MonitorEvents(MonitorChange state) const {
    return EventsOf<MonitorEvent>([&](const auto& e) { return e.state == state; });
  }
  template <class E, class Wanted>
  std::vector<E> EventsOf(Wanted wanted) const {
    std::vector<E> found;
    for (const Event& event : events)
      if (const auto* e = std::get_if<E>(&event); e != nullptr && wanted(*e)) found.push_back(*e);
    return found;
  }

  Config config;
  HostList list;
  AlertStates alert_states;
  Secrets secrets;
  std::optional<Judge> judge;
  Moment now{kStart, SteadyTime(std::chrono::hours(1)), std::chrono::hours(1)};
  Targets targets;
  std::vector<Event> events;
  std::vector<std::string> wanted_checks;
  Fates fates_when_asked;  // of checks that are wanted at once, where they fare otherwise than in the cycle
  std::chrono::milliseconds spread{0};  // between the first requests of two targets
  std::chrono::seconds sleep{0};        // of the machine, while a batch is under way
  Digest digest;
  std::chrono::milliseconds digest_window{0};
  bool has_ended_acknowledgement = false;
  std::vector<Alert> queued;  // in messages
  std::string notified;       // the same: "D router, R router"

 private:
  void RunBatch(const Fates& fates, const std::vector<std::string>& only, bool is_cycle);
  CheckResult ResultOf(char letter, SteadyTime sent) const;
  void NotifyDue();
  void Queue();
  void Keep(Judge::Outcome&& outcome);

  int64_t cycles_ = 0;
};

// As in `notified`: Down, Recovery, Flapping, Stable, degraded, no longer degraded.
char LetterOf(AlertKind kind);

}  // namespace linewatch

#endif
