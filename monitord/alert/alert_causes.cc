#include "monitord/alert/alert_causes.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace linewatch {
namespace {

// Whether it answered for most of the time between the two. Its own checks are not sent when the other's are, and the
// time in which nobody watched says nothing.
bool was_mostly_up(const Timeline& history, WallTime from, WallTime to) {
  return Of(TimeWithin(history, from, to), TimeKind::kUp) > (to - from) / 2;
}

// Of an outage.
enum class Phase { kBegin, kEnd };

bool is_of(Phase phase, AlertKind kind) {
  const AlertTraits& traits = TraitsOf(kind);
  return traits.trouble == Trouble::kOutage && traits.is_end == (phase == Phase::kEnd);
}

void NameCauses(Phase phase, std::vector<Alert>& alerts, const HostList& list, const Topology& topology) {
  constexpr uint32_t kNone = 0xffffffff;
  std::unordered_map<std::string_view, std::vector<Alert*>> by_host;
  for (Alert& alert : alerts)
    if (is_of(phase, alert.kind) && !alert.host.empty()) by_host[alert.host].push_back(&alert);
  if (by_host.size() < 2) return;
  std::vector<uint32_t> causes(list.hosts.size(), kNone);  // of what hangs below each host
  for (const uint32_t i : topology.parents_first()) {
    // One of its parents that is well would have kept it reachable.
    const auto parents = topology.ParentsOf(i);
    const bool is_below = !parents.empty() && std::all_of(parents.begin(), parents.end(),
                                                          [&](uint32_t parent) { return causes[parent] != kNone; });
    if (is_below) causes[i] = causes[parents.front()];
    const auto own = by_host.find(list.hosts[i].id);
    if (own == by_host.end()) continue;
    if (!is_below) {
      causes[i] = i;
    } else {
      for (Alert* alert : own->second) alert->below = list.hosts[causes[i]].id;
    }
  }
}

}  // namespace

void FillDependents(Alert& alert, uint32_t host, const HostList& list, const HostStates& states,
                    const Topology& topology) {
  alert.dependents.clear();
  alert.dependents_count = 0;
  if (!topology.is_parent(host)) return;
  const bool is_end = is_of(Phase::kEnd, alert.kind);
  if (!is_end && !is_of(Phase::kBegin, alert.kind)) return;
  std::vector<bool> is_cut(list.hosts.size());
  is_cut[host] = true;
  std::vector<uint32_t> found;
  for (const uint32_t i : topology.parents_first()) {
    const auto parents = topology.ParentsOf(i);
    if (parents.empty() || !std::all_of(parents.begin(), parents.end(), [&](uint32_t p) { return is_cut[p]; }))
      continue;
    is_cut[i] = true;
    const Host& below = list.hosts[i];
    if (!below.enabled) continue;
    const bool has_answered =
        is_end ? was_mostly_up(states[i].history, alert.since, alert.t) : below.seen.last_good > alert.since;
    if (!has_answered) found.push_back(i);
  }
  std::sort(found.begin(), found.end(),
            [&](uint32_t a, uint32_t b) { return list.hosts[a].name < list.hosts[b].name; });
  alert.dependents_count = static_cast<int>(found.size());
  for (size_t i = 0; i < std::min(found.size(), Alert::kMostDependents); ++i)
    alert.dependents.push_back(list.hosts[found[i]].name);
}

void OrderByCause(std::vector<Alert>& alerts, const HostList& list, const Topology& topology) {
  for (Alert& alert : alerts) alert.below.clear();
  NameCauses(Phase::kBegin, alerts, list, topology);
  NameCauses(Phase::kEnd, alerts, list, topology);

  std::vector<Alert> firsts;
  std::unordered_map<std::string, std::vector<Alert>> followers[2];
  const auto followers_of = [&](Phase phase, const std::string& host) -> std::vector<Alert>& {
    return followers[phase == Phase::kEnd][host];
  };
  for (Alert& alert : alerts) {
    const Phase phase = is_of(Phase::kEnd, alert.kind) ? Phase::kEnd : Phase::kBegin;
    (alert.below.empty() ? firsts : followers_of(phase, alert.below)).push_back(std::move(alert));
  }
  const auto phase_of = [](const Alert& alert) {
    return is_of(Phase::kBegin, alert.kind) ? Phase::kBegin : Phase::kEnd;
  };
  const auto is_cause = [&](const Alert& alert) {
    return alert.dependents_count > 0 || followers[phase_of(alert) == Phase::kEnd].contains(alert.host);
  };
  const auto is_before = [&](const Alert& a, const Alert& b) {
    const auto key = [&](const Alert& alert) {
      return std::tuple(TraitsOf(alert.kind).gravity, !is_cause(alert), std::string_view(alert.name), alert.t);
    };
    return key(a) < key(b);
  };
  std::sort(firsts.begin(), firsts.end(), is_before);
  alerts.clear();
  for (Alert& first : firsts) {
    std::vector<Alert> below;
    if (is_of(Phase::kBegin, first.kind) || is_of(Phase::kEnd, first.kind))
      below = std::exchange(followers_of(phase_of(first), first.host), {});
    std::sort(below.begin(), below.end(), is_before);
    alerts.push_back(std::move(first));
    for (Alert& alert : below) alerts.push_back(std::move(alert));
  }
}

}  // namespace linewatch
