// What hosts.json holds: all hosts, and the state of the monitor that watches them.
#ifndef LINEWATCH_STORE_HOST_LIST_H_
#define LINEWATCH_STORE_HOST_LIST_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/host.h"
#include "store/value/wall_time.h"

namespace linewatch {

inline constexpr size_t kMaxHosts = 10000;

// What people must know: shown as a banner until it is no longer true.
struct Notice {
  std::string code;  // a word for programs, such as "file_set_aside"
  std::string message;
  WallTime since;
};
// This notice is no problem to /api/health: hosts are watched all the same.
inline constexpr std::string_view kClockUnsynchronised = "clock_unsynchronised";

// Missing so many cycles is a pause in which nobody watched, not a delay: monitord itself, /api/health and the page
// (htdocs/words/warnings.js) judge by it.
inline constexpr int kMissedCycles = 3;

// Checks that were void since monitord's start: it could not make them, and blames nobody for it. Among those not sent
// are those that lack a secret, among the crowded those whose name was not looked up in time.
struct VoidedChecks {
  int64_t rounds = 0;                                        // cycles that had such checks
  int64_t not_sent = 0, late = 0, dropped = 0, crowded = 0;  // by the reason
};
// Each count, by the name that files, the API and the metrics have for its reason.
struct VoidedCount {
  std::string_view name;
  int64_t VoidedChecks::*count;
};
inline constexpr std::array<VoidedCount, 4> kVoidedCounts = {{{"not_sent", &VoidedChecks::not_sent},
                                                              {"late", &VoidedChecks::late},
                                                              {"dropped", &VoidedChecks::dropped},
                                                              {"crowded", &VoidedChecks::crowded}}};

// What monitord does, as far as hosts.json knows.
enum class WatchState : uint8_t {
  kNone,  // it has not run yet
  kWatching,
  kBlind,
  kStopped,  // and said so when it ended
};
inline constexpr std::array<std::string_view, 4> kWatchStateNames = {"", "watching", "blind", "stopped"};
inline std::string_view NameOf(WatchState state) { return kWatchStateNames[static_cast<size_t>(state)]; }

struct MonitorState {
  WatchState state = WatchState::kNone;
  WallTime since = kNever;
  std::chrono::milliseconds cycle{0};  // length of the last cycle, from its start until the list is about to be written
  std::string version;
  std::vector<Notice> notices;
  double late_ms = 0;  // how much later than planned the last cycle began
  VoidedChecks voided;
};

struct HostList {
  WallTime updated = kNever;  // when results were last recorded
  std::chrono::milliseconds interval{0};
  int64_t revision = 0;  // counts changes of settings
  MonitorState monitor;
  std::vector<Host> hosts;
  std::string unknown_members;  // as in Host

  Host* Find(std::string_view id);
  const Host* Find(std::string_view id) const;
};

// Hands to `shift` each time in it that was read from the clock, those of its hosts among them: see there.
template <class Shift>
void ForEachClockTime(Notice& notice, Shift&& shift) {
  auto& [code, message, since] = notice;
  shift(since);
}
template <class Shift>
void ForEachClockTime(MonitorState& monitor, Shift&& shift) {
  auto& [state, since, cycle, version, notices, late_ms, voided] = monitor;
  shift(since);
  for (Notice& notice : notices) ForEachClockTime(notice, shift);
}
template <class Shift>
void ForEachClockTime(HostList& list, Shift&& shift) {
  auto& [updated, interval, revision, monitor, hosts, unknown_members] = list;
  shift(updated);
  ForEachClockTime(monitor, shift);
  for (Host& host : hosts) ForEachClockTime(host, shift);
}

struct Summary {
  std::array<size_t, kStatusNames.size()> by_status{};
  size_t total = 0;
  std::optional<double> uptime;  // mean over the hosts that have one
};
Summary Summarize(const HostList& list);

// Whether the outage or degradation has ended in which it was written, as far as hosts.json can say: the host is up,
// and a check has succeeded since.
bool is_over_by_list(const Acknowledgement& acknowledgement, const Observation& seen);

// The same, answered by a caller who remembers more of hosts than hosts.json holds: `host` is its place in the list
// that is observed.
using IsOver = std::function<bool(size_t host, const Acknowledgement& acknowledgement)>;

// Takes away the acknowledgements in `settings` that are over; `is_over` is asked by the place that the same host has
// in `observed`. A host that is not there, or has another target there, keeps its own.
void EndAcknowledgements(HostList& settings, const HostList& observed, const IsOver& is_over);

// Where each host of an edited list stood in the list before the edit; kNewHost if it was not there, or had another
// target.
using HostOrigins = std::vector<uint32_t>;
inline constexpr uint32_t kNewHost = 0xffffffff;

// Puts what `observed` saw of a host into the host of the same id and target in `settings`, and answers where that
// stood in `observed`. A host whose target has changed is a new host under an old name: what `settings` has observed of
// it stays.
HostOrigins TakeObservations(HostList& settings, HostList&& observed);

// What is kept beside a list of hosts, one for each and in the same order, follows an edit of that list. Of a new host
// nothing is known yet.
template <class State>
void FollowHosts(std::vector<State>& states, const HostOrigins& origins) {
  std::vector<State> followed(origins.size());
  for (size_t i = 0; i < origins.size(); ++i)
    if (origins[i] != kNewHost) followed[i] = std::move(states[origins[i]]);
  states = std::move(followed);
}

}  // namespace linewatch

#endif
