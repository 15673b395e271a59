#include "monitord/replay.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "monitord/status_history.h"
#include "monitord/uptime.h"

namespace linewatch {
namespace {

bool is_down_time(Status status) { return UptimeKindOf(status) == UptimeHistory::Kind::kDown; }

class Replay {
 public:
  Replay(HostList& list, const Config& config, WallTime now)
      : list_(list), config_(config), begin_(now - kUptimeWindow), written_(list.updated), last_sign_(list.updated) {
    for (Host& host : list.hosts) by_id_.emplace(host.id, &host);
  }

  WallTime begin() const { return std::min(begin_, written_); }

  void Take(const StatusEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto found = by_id_.find(event.host);
    if (found == by_id_.end()) return;
    Host& host = *found->second;
    OpenHistory(host, event.from);
    AddStretch(host.seen.history, std::max(event.since, begin_), UptimeKindOf(event.to));
    if (event.t > written_) TakeStatus(host, event);
  }
  void Take(const AlertEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    for (const std::string& id : event.hosts)
      if (const auto found = by_id_.find(id); found != by_id_.end())
        found->second->seen.last_alert_time = std::max(found->second->seen.last_alert_time, event.t);
  }
  void Take(const MonitorEvent& event) {
    if (event.state == "start") Pause(event.since == kNever ? last_sign_ : event.since, event.t);
    last_sign_ = std::max(last_sign_, event.t);
  }
  void Take(const EditEvent&) {}

  WallTime Finish() {
    // Lines that were quiet for a day have been all the time what they were last.
    for (Host& host : list_.hosts)
      if (host.seen.last_check != kNever) OpenHistory(host, host.seen.status);
    if (last_sign_ != kNever) Pause(std::max(last_sign_, begin_), kNever);
    return last_sign_;
  }

 private:
  // Before its first event of the window a host was what the event found.
  void OpenHistory(Host& host, Status status) {
    if (host.seen.history.stretches.empty()) AddStretch(host.seen.history, begin_, UptimeKindOf(status));
  }

  // Nobody watched; what was so before went on so afterwards, until a check said otherwise.
  void Pause(WallTime from, WallTime until) {
    for (Host& host : list_.hosts) {
      auto& history = host.seen.history;
      if (history.stretches.empty()) continue;
      const auto kind = history.stretches.back().kind;
      AddStretch(history, from, UptimeHistory::Kind::kNeither);
      if (until != kNever) AddStretch(history, until, kind);
    }
  }

  void TakeStatus(Host& host, const StatusEvent& event) {
    Observation& seen = host.seen;
    const bool fails = is_down_time(event.to);
    if (!fails && is_down_time(event.from)) seen.last_good = event.since;
    if (fails && !is_down_time(event.from)) seen.last_good = std::max(seen.last_good, seen.last_check);
    seen.status = event.to;
    seen.last_change = fails && event.to == Status::kFailing ? event.since : event.t;
    seen.reason = event.reason;
    seen.status_current = !fails;
    seen.fail_since = fails ? event.since : kNever;
    const int least = event.to == Status::kDown ? LimitsOf(host, config_).fail_threshold : 1;
    seen.fail_count = fails ? std::max(seen.fail_count, least) : 0;
    seen.last_check = std::max(seen.last_check, event.since);
  }

  HostList& list_;
  const Config& config_;
  const WallTime begin_;    // of the uptime's window
  const WallTime written_;  // what hosts.json knows
  WallTime last_sign_;
  std::unordered_map<std::string_view, Host*> by_id_;
};

}  // namespace

WallTime ReplayEvents(HostList& list, const EventLog& log, const Config& config, WallTime now) {
  Replay replay(list, config, now);
  log.Read(replay.begin(), [&](const Event& event) { std::visit([&](const auto& e) { replay.Take(e); }, event); });
  return replay.Finish();
}

}  // namespace linewatch
