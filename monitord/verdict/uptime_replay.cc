#include "monitord/verdict/uptime_replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitord/alert/alert_policy.h"
#include "monitord/system/clock_watch.h"
#include "monitord/verdict/state_machine.h"
#include "monitord/verdict/uptime.h"

namespace linewatch {
namespace {

class Replay {
 public:
  Replay(HostList& list, const Config& config, WallTime now)
      : list_(list), config_(config), now_(now), written_(list.updated), last_sign_(list.updated) {
    for (Host& host : list.hosts) by_id_.emplace(host.id, Line{&host});
  }

  WallTime begin() const { return std::min(begin_, written_); }
  // Who was told is in the events alone, and may be of use for long: a host that flaps is held for days.
  WallTime begin_of_told() const { return std::min(now_ - std::chrono::days(7), written_); }

  WallTime Run(const std::vector<Event>& events) {
    for (const Event& event : events) std::visit([&](const auto& e) { LookAhead(e); }, event);
    for (auto& [id, line] : by_id_) OpenHistory(line);
    // The clock was set before hosts.json was written: so all that is older was, whatever times it has.
    const auto known = std::find_if(events.rbegin(), events.rend(), [&](const Event& event) {
      const auto* monitor = std::get_if<MonitorEvent>(&event);
      return monitor != nullptr && monitor->state == MonitorChange::kClock && monitor->t <= written_;
    });
    const auto first_unknown = static_cast<size_t>(events.rend() - known);
    for (size_t i = 0; i < events.size(); ++i) {
      is_news_ = i >= first_unknown && TimeOf(events[i]) > written_;
      std::visit([&](const auto& e) { Take(e); }, events[i]);
    }
    for (auto& [id, line] : by_id_)
      if (line.host->seen.last_check == kNever) ForgetFrom(line.host->seen.history, begin_, TimeKind::kNone);
    for (auto& [id, line] : by_id_) OweEnd(line);
    if (last_sign_ != kNever)
      for (Host& host : list_.hosts)
        StopWatching(host.seen.history, std::max(last_sign_, begin_), now_ - std::chrono::microseconds(1));
    return last_sign_;
  }

 private:
  struct Line {
    explicit Line(Host* its_host) : host(its_host) {}

    Host* host;
    // As of the event that was read last; at first as it was before the first one.
    std::optional<Status> status;
    std::optional<bool> in_maintenance;
    // Of its last outage:
    WallTime outage_since = kNever;
    WallTime outage_ended = kNever;  // kNever while it is open
    bool is_due = false;             // was to be told,
    bool is_told = false;            // and was
  };

  // What an event found is what was before it.
  void LookAhead(const StatusEvent& event) {
    const auto found = by_id_.find(event.host);
    if (found != by_id_.end() && !found->second.status) found->second.status = event.from;
  }
  void LookAhead(const MaintenanceEvent& event) {
    const auto found = by_id_.find(event.host);
    if (found != by_id_.end() && !found->second.in_maintenance) found->second.in_maintenance = !event.begins;
  }
  template <class Other>
  void LookAhead(const Other&) {}

  // A line without events has been all the time what it was last.
  void OpenHistory(Line& line) {
    const Observation& seen = line.host->seen;
    if (!line.status && seen.last_check == kNever) line.status = Status::kPending;
    if (!line.status) line.status = seen.status;
    if (!line.in_maintenance) line.in_maintenance = seen.in_maintenance;
    AddStretch(line.host->seen.history, begin_, KindOf(line));
    if (*line.status != Status::kDown) return;
    line.host->seen.alert = AlertState();
    line.host->seen.alert->is_open = true;
  }

  void Take(const StatusEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto found = by_id_.find(event.host);
    if (found == by_id_.end()) return;
    Line& line = found->second;
    // Its target was changed: what was seen before is of another line.
    if (event.from == Status::kPending && line.status != Status::kPending) Forget(line);
    line.status = event.to;
    NoteOutage(line, event);
    const WallTime since = std::max(event.since, begin_);
    // Unreachable and unknown take back what was counted before it was known better.
    if (event.to == Status::kUnreachable || event.to == Status::kUnknown) {
      ForgetFrom(line.host->seen.history, since, KindOf(line));
    } else {
      AddStretch(line.host->seen.history, since, KindOf(line));
    }
    if (is_news_) TakeStatus(*line.host, event);
  }
  void Take(const MaintenanceEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto found = by_id_.find(event.host);
    if (found == by_id_.end()) return;
    Line& line = found->second;
    line.in_maintenance = event.begins;
    if (is_to_be_told(line)) line.is_due = true;
    AddStretch(line.host->seen.history, std::max(event.t, begin_), KindOf(line));
    if (is_news_) line.host->seen.in_maintenance = event.begins;
  }
  void Take(const AlertEvent& event) {
    if (event.t >= begin()) last_sign_ = std::max(last_sign_, event.t);
    if (event.channel != kToldChannel) return;
    for (const std::string& id : event.hosts) {
      const auto found = by_id_.find(id);
      if (found == by_id_.end()) continue;
      found->second.is_told = true;
      if (is_news_) found->second.host->seen.last_alert_time = event.t;
    }
    for (const Told& told : event.alerts)
      if (const auto found = by_id_.find(told.host); found != by_id_.end())
        RestoreNotified(found->second.host->seen, told, event.t);
  }
  void Take(const MonitorEvent& event) {
    if (event.state == MonitorChange::kStart) {
      Pause(event.since == kNever ? last_sign_ : event.since, event.t);
      run_since_ = event.t;
    } else if (event.state == MonitorChange::kLate) {
      Pause(event.since, event.t);
      if (is_news_)
        for (Host& host : list_.hosts)
          if (host.seen.status == Status::kFailing) ForgetFailures(host.seen);
    } else if (event.state == MonitorChange::kClock) {
      const auto step = event.t - event.since;
      // If the clock was ahead by a month, the file of that time comes later: nothing of this run was read yet.
      const bool was_read = step.count() > 0 || FileMonthOf(event.since) == FileMonthOf(event.t);
      if (was_read && run_since_ != kNever && run_since_ <= event.since) {
        for (Host& host : list_.hosts) ShiftTimeline(host.seen.history, run_since_, step, event.t);
        for (auto& [id, line] : by_id_) ShiftTold(line, run_since_, step, event.since);
        run_since_ += step;
      }
      last_sign_ = std::max(written_, event.t);
      return;
    }
    last_sign_ = std::max(last_sign_, event.t);
  }
  void Take(const EditEvent&) {}
  void Take(const HostsEvent&) {}
  void Take(const OutageEvent&) {}

  // What the rules of alerts saw of outages: how many there were, and whether one is left that nobody was told of.
  void NoteOutage(Line& line, const StatusEvent& event) {
    const bool is_open = line.host->seen.alert && line.host->seen.alert->is_open;
    if (event.to == Status::kDown && !is_open) {
      if (!line.host->seen.alert) line.host->seen.alert = AlertState();
      AlertState& alert = *line.host->seen.alert;
      std::erase_if(alert.outages, [&](WallTime t) { return event.t - t >= config_.email_cooldown; });
      if (line.in_maintenance == false) alert.outages.push_back(event.t);
      alert.last_unrest = event.t;
      alert.is_open = true;
      line.outage_since = event.since;
      line.outage_ended = kNever;
      line.is_due = line.is_told = false;
    } else if (is_open && is_answering(event.to)) {
      AlertState& alert = *line.host->seen.alert;
      alert.last_unrest = line.outage_ended = event.t;
      alert.is_open = false;
    }
    // While nobody knew how it was it was not stable: see TakeDueAlert.
    if (line.host->seen.alert && !is_known(event.from)) line.host->seen.alert->last_unrest = event.t;
    if (is_to_be_told(line)) line.is_due = true;
  }
  static bool is_to_be_told(const Line& line) {
    const auto& alert = line.host->seen.alert;
    return line.status == Status::kDown && line.in_maintenance == false && alert && alert->is_open &&
           !alert->is_flapping && alert->outages.size() <= kMostOutages;
  }

  // An outage whose down and recovery waited for the same message when the run ended: its recovery is told, late.
  void OweEnd(Line& line) const {
    constexpr std::chrono::minutes kToWrite{1};  // a message, when its window has closed
    if (line.outage_ended == kNever || !line.is_due || line.is_told) return;
    AlertState& alert = *line.host->seen.alert;
    if (alert.told_outage != kNever || last_sign_ - line.outage_ended > config_.digest_window + kToWrite) return;
    alert.told_outage = line.outage_since;
    alert.is_late = true;
  }

  void Forget(Line& line) const {
    ForgetFrom(line.host->seen.history, begin_, TimeKind::kNone);
    line.host->seen.alert.reset();
    line.outage_ended = kNever;
  }

  static void ShiftTold(Line& line, WallTime from, std::chrono::microseconds step, WallTime until) {
    const auto shift = [&](WallTime& t) {
      if (t >= from && t <= until) t += step;
    };
    shift(line.outage_since);
    shift(line.outage_ended);
    if (line.host->seen.alert) ShiftTimes(*line.host->seen.alert, shift);
  }

  static TimeKind KindOf(const Line& line) { return TimeKindOf(*line.status, *line.in_maintenance); }

  // Nobody watched; what was so before went on so afterwards, until a check said otherwise.
  void Pause(WallTime from, WallTime until) {
    for (auto& [id, line] : by_id_) {
      StopWatching(line.host->seen.history, from, until);
      AddStretch(line.host->seen.history, until, KindOf(line));
    }
  }

  static void ForgetFailures(Observation& seen) {
    seen.fail_since = kNever;
    seen.fail_count = 0;
  }

  void TakeStatus(Host& host, const StatusEvent& event) {
    Observation& seen = host.seen;
    const bool fails = is_failing(event.to);
    const bool answers = is_answering(event.to);
    if (answers && !is_answering(event.from)) seen.last_good = event.since;
    if (!answers && is_answering(event.from)) seen.last_good = std::max(seen.last_good, seen.last_check);
    seen.status = event.to;
    seen.last_change = fails && event.to == Status::kFailing ? event.since : event.t;
    seen.reason = event.reason;
    seen.last_check = std::max(seen.last_check, event.since);
    if (answers) {
      seen.status_current = true;
      ForgetFailures(seen);
    } else if (!fails && event.from == Status::kFailing && event.since <= seen.fail_since) {
      ForgetFailures(seen);  // none of them was the line's
    } else if (fails) {
      seen.status_current = false;
      // Those before a pause are not in a row with this one, nor are those that a parent was to blame for.
      if (event.to == Status::kFailing && event.from != Status::kUnknown) ForgetFailures(seen);
      if (seen.fail_since == kNever || event.from == Status::kFailing || is_answering(event.from))
        seen.fail_since = event.since;
      seen.fail_count =
          std::max(seen.fail_count, event.to == Status::kDown ? LimitsOf(host, config_).fail_threshold : 1);
    }
  }

  HostList& list_;
  const Config& config_;
  const WallTime now_;
  const WallTime begin_ = now_ - kUptimeWindow;
  const WallTime written_;  // what hosts.json knows
  WallTime last_sign_;
  bool is_news_ = false;         // what is read happened after that
  WallTime run_since_ = kNever;  // the start of the run that the events are of
  std::unordered_map<std::string_view, Line> by_id_;
};

}  // namespace

WallTime ReplayEvents(HostList& list, const EventLog& log, const Config& config, WallTime now) {
  Replay replay(list, config, now);
  std::vector<Event> events;
  log.Read(replay.begin_of_told(), [&](const Event& event) {
    if (std::holds_alternative<AlertEvent>(event) || TimeOf(event) >= replay.begin()) events.push_back(event);
  });
  // What a clock wrote that was ahead by a month stands in a later file than all that came after it was set back. (What
  // is ahead of a clock that is behind now is as good as any other.)
  WallTime was_ahead_until = kNever;
  std::erase_if(events, [&](const Event& event) {
    const auto* step = std::get_if<MonitorEvent>(&event);
    if (step != nullptr && step->state == MonitorChange::kClock && step->since > step->t &&
        FileMonthOf(step->since) != FileMonthOf(step->t))
      was_ahead_until = std::max(was_ahead_until, step->since);
    return TimeOf(event) > now && TimeOf(event) <= was_ahead_until;
  });
  return replay.Run(events);
}

}  // namespace linewatch
