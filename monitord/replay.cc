#include "monitord/replay.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "monitord/status_history.h"
#include "monitord/uptime.h"

namespace linewatch {
namespace {

bool is_down_time(Status status) { return UptimeKindOf(status) == UptimeHistory::Kind::kDown; }

bool is_answering(Status status) { return UptimeKindOf(status) == UptimeHistory::Kind::kUp; }

class Replay {
 public:
  Replay(HostList& list, const Config& config, WallTime now)
      : list_(list),
        config_(config),
        now_(now),
        begin_(now - kUptimeWindow),
        written_(list.updated),
        last_sign_(list.updated) {
    for (Host& host : list.hosts) by_id_.emplace(host.id, Line{&host, host.seen.status});
  }

  WallTime begin() const { return std::min(begin_, written_); }

  // Before anything is taken: the files are not in the order of writing when the clock was set back by months.
  void TakeStep(const Event& event) {
    const auto* monitor = std::get_if<MonitorEvent>(&event);
    if (monitor != nullptr && monitor->state == "clock" && monitor->since > monitor->t)
      was_ahead_until_ = std::max(was_ahead_until_, monitor->since);
  }

  void TakeEvent(const Event& event) {
    // By a clock that was ahead then: all that came later has an earlier time. (One that is ahead of a clock that is
    // behind now is as good as any other.)
    if (TimeOf(event) > now_ && TimeOf(event) <= was_ahead_until_) return;
    std::visit([this](const auto& e) { Take(e); }, event);
  }

  WallTime Finish() {
    // Lines that were quiet for a day have been all the time what they were last.
    for (auto& [id, line] : by_id_)
      if (line.host->seen.last_check != kNever) {
        OpenHistory(line, line.host->seen.status);
        if (line.host->seen.in_maintenance && !line.has_maintenance) ForgetFrom(line.host->seen.history, begin_);
      }
    // A clock that is behind: of the time until it is set, nothing is known.
    if (last_sign_ != kNever)
      for (Host& host : list_.hosts)
        StopWatching(host.seen.history, std::max(last_sign_, begin_), now_ - std::chrono::microseconds(1));
    return last_sign_;
  }

 private:
  void Take(const StatusEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto found = by_id_.find(event.host);
    if (found == by_id_.end()) return;
    Line& line = found->second;
    OpenHistory(line, event.from);
    line.status = event.to;
    const WallTime since = std::max(event.since, begin_);
    // Unreachable and unknown take back what was counted before it was known better.
    if (event.to == Status::kUnreachable || event.to == Status::kUnknown) {
      ForgetFrom(line.host->seen.history, since);
    } else {
      AddStretch(line.host->seen.history, since, KindOf(line));
    }
    if (event.t > written_) TakeStatus(*line.host, event);
  }
  void Take(const MaintenanceEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto found = by_id_.find(event.host);
    if (found == by_id_.end()) return;
    Line& line = found->second;
    OpenHistory(line, line.status);
    // One that ends without having begun was there all the time.
    if (!event.begins && !line.has_maintenance) ForgetFrom(line.host->seen.history, begin_);
    line.has_maintenance = true;
    line.in_maintenance = event.begins;
    AddStretch(line.host->seen.history, std::max(event.t, begin_), KindOf(line));
    if (event.t > written_) line.host->seen.in_maintenance = event.begins;
  }
  void Take(const AlertEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    for (const std::string& id : event.hosts)
      if (const auto found = by_id_.find(id); found != by_id_.end()) {
        WallTime& last = found->second.host->seen.last_alert_time;
        last = std::max(last, event.t);
      }
  }
  void Take(const MonitorEvent& event) {
    if (event.state == "start") {
      Pause(event.since == kNever ? last_sign_ : event.since, event.t);
      run_since_ = event.t;
    } else if (event.state == "late") {
      Pause(event.since, event.t);
    } else if (event.state == "clock") {
      if (run_since_ != kNever && run_since_ <= event.since && event.since <= now_) {
        const auto step = event.t - event.since;
        for (Host& host : list_.hosts) ShiftHistory(host.seen.history, run_since_, step, event.t);
        run_since_ += step;
      }
      last_sign_ = std::max(written_, event.t);
      return;
    }
    last_sign_ = std::max(last_sign_, event.t);
  }
  void Take(const EditEvent&) {}

  struct Line {
    Host* host;
    Status status;  // as of the event that was read last
    bool in_maintenance = false;
    bool has_maintenance = false;  // an event of it was read
  };

  static UptimeHistory::Kind KindOf(const Line& line) {
    return line.in_maintenance ? UptimeHistory::Kind::kNeither : UptimeKindOf(line.status);
  }

  // Before its first event of the window a host was what the event found.
  void OpenHistory(Line& line, Status status) {
    if (!line.host->seen.history.stretches.empty()) return;
    line.status = status;
    AddStretch(line.host->seen.history, begin_, KindOf(line));
  }

  // Nobody watched; what was so before went on so afterwards, until a check said otherwise.
  void Pause(WallTime from, WallTime until) {
    for (Host& host : list_.hosts) {
      auto& history = host.seen.history;
      if (history.stretches.empty()) continue;
      const auto kind = history.stretches.back().kind;
      StopWatching(history, from, until);
      AddStretch(history, until, kind);
    }
  }

  // Nobody watched from `from` to `until`. If the clock was behind then, what lies ahead of it is unknown.
  static void StopWatching(UptimeHistory& history, WallTime from, WallTime until) {
    if (history.stretches.empty()) return;
    if (until < from) ForgetFrom(history, until);
    AddStretch(history, from, UptimeHistory::Kind::kNeither);
  }

  void TakeStatus(Host& host, const StatusEvent& event) {
    Observation& seen = host.seen;
    const bool fails = is_down_time(event.to);
    const bool answers = event.to == Status::kUp || event.to == Status::kDegraded;
    if (answers && !is_answering(event.from)) seen.last_good = event.since;
    if (!answers && is_answering(event.from)) seen.last_good = std::max(seen.last_good, seen.last_check);
    seen.status = event.to;
    seen.last_change = fails && event.to == Status::kFailing ? event.since : event.t;
    seen.reason = event.reason;
    seen.last_check = std::max(seen.last_check, event.since);
    if (answers) {
      seen.status_current = true;
      seen.fail_since = kNever;
      seen.fail_count = 0;
    } else if (fails) {
      seen.status_current = false;
      if (seen.fail_since == kNever || event.from == Status::kFailing || is_answering(event.from))
        seen.fail_since = event.since;
      seen.fail_count =
          std::max(seen.fail_count, event.to == Status::kDown ? LimitsOf(host, config_).fail_threshold : 1);
    }
  }

  HostList& list_;
  const Config& config_;
  const WallTime now_;
  const WallTime begin_;    // of the uptime's window
  const WallTime written_;  // what hosts.json knows
  WallTime last_sign_;
  WallTime was_ahead_until_ = kNever;  // the latest time that a clock showed before it was set back
  WallTime run_since_ = kNever;        // the start of the run that the events are of
  std::unordered_map<std::string_view, Line> by_id_;
};

}  // namespace

WallTime ReplayEvents(HostList& list, const EventLog& log, const Config& config, WallTime now) {
  Replay replay(list, config, now);
  log.Read(replay.begin(), [&](const Event& event) { replay.TakeStep(event); });
  log.Read(replay.begin(), [&](const Event& event) { replay.TakeEvent(event); });
  return replay.Finish();
}

}  // namespace linewatch
