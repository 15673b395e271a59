// What hosts.json holds: all hosts, and the state of the monitor that watches them.
#ifndef LINEWATCH_STORE_HOST_LIST_H_
#define LINEWATCH_STORE_HOST_LIST_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
// Of the notices, the one that is a warning and no problem.
inline constexpr std::string_view kClockUnsynchronised = "clock_unsynchronised";

// Checks that were not measured as they should have been, and therefore not counted, since monitord's start.
struct VoidedChecks {
  int64_t rounds = 0;                                        // that had such checks
  int64_t not_sent = 0, late = 0, dropped = 0, crowded = 0;  // by what was wrong
};

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

struct Summary {
  std::array<size_t, kStatusNames.size()> by_status{};
  size_t total = 0;
  std::optional<double> uptime;  // mean over the hosts that have one
};
Summary Summarize(const HostList& list);

// Whether the trouble has ended in which it was written. It has ended for a line that is up, and for one that came back
// from an outage.
bool is_over(const Acknowledgement& acknowledgement, const Observation& seen);

// Takes acknowledgements out of `settings` that are over by what `observed` saw of the same host and target.
void EndAcknowledgements(HostList& settings, const HostList& observed);

// Puts what `observed` saw of a host into the host of the same id and target in `settings`. A host whose target has
// changed is a new line under an old name: it keeps what it has itself.
void TakeObservations(HostList& settings, HostList&& observed);

}  // namespace linewatch

#endif
