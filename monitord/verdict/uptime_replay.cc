#include "monitord/verdict/uptime_replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitord/verdict/state_machine.h"
#include "monitord/verdict/uptime.h"

namespace linewatch {
namespace {

class Replay {
 public:
  Replay(HostList& list, const Config& config, WallTime now, ReplayListener* listener)
      : list_(list),
        config_(config),
        now_(now),
        listener_(listener),
        written_(list.updated),
        last_sign_(list.updated),
        states_(list.hosts.size()),
        then_(list.hosts.size()) {
    for (size_t i = 0; i < list.hosts.size(); ++i) by_id_.emplace(list.hosts[i].id, i);
  }

  WallTime begin() const { return std::min(begin_, written_); }
  // Who was notified is in the events alone, and may be of use for long: a host that flaps is held for days.
  WallTime begin_of_notified() const { return std::min(now_ - std::chrono::days(7), written_); }

  Replayed Run(const std::vector<Event>& events) {
    for (const Event& event : events) std::visit([&](const auto& e) { LookAhead(e); }, event);
    for (size_t host = 0; host < then_.size(); ++host) Open(host);
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
    for (size_t host = 0; host < then_.size(); ++host)
      if (list_.hosts[host].seen.last_check == kNever) ForgetFrom(states_[host].history, begin_, TimeKind::kNone);
    if (listener_ != nullptr) listener_->End(last_sign_);
    if (last_sign_ != kNever)
      for (HostState& state : states_)
        StopWatching(state.history, std::max(last_sign_, begin_), now_ - std::chrono::microseconds(1));
    return {last_sign_, std::move(states_)};
  }

 private:
  // A host as of the event that was read last; at first as it was before the first one.
  struct Then {
    std::optional<Status> status;
    std::optional<bool> in_maintenance;
  };

  std::optional<size_t> Find(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional(found->second);
  }

  // What an event found is what was before it.
  void LookAhead(const StatusEvent& event) {
    const auto host = Find(event.host);
    if (host && !then_[*host].status) then_[*host].status = event.from;
  }
  void LookAhead(const MaintenanceEvent& event) {
    const auto host = Find(event.host);
    if (host && !then_[*host].in_maintenance) then_[*host].in_maintenance = !event.begins;
  }
  template <class Other>
  void LookAhead(const Other&) {}

  // A host without events has been all the time what it was last.
  void Open(size_t host) {
    const Observation& seen = list_.hosts[host].seen;
    Then& then = then_[host];
    if (!then.status && seen.last_check == kNever) then.status = Status::kPending;
    if (!then.status) then.status = seen.status;
    if (!then.in_maintenance) then.in_maintenance = seen.in_maintenance;
    AddStretch(states_[host].history, begin_, KindOf(host));
    states_[host].is_outage = then.status == Status::kDown;
    if (listener_ != nullptr) listener_->Begin(ThenOf(host));
  }

  void Take(const StatusEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto host = Find(event.host);
    if (!host) return;
    HostState& state = states_[*host];
    // Its target was changed: what was seen before is of another host.
    if (event.from == Status::kPending && then_[*host].status != Status::kPending) {
      ForgetFrom(state.history, begin_, TimeKind::kNone);
      state.is_outage = false;
      if (listener_ != nullptr) listener_->Forget(*host);
    }
    then_[*host].status = event.to;
    if (event.to == Status::kDown) state.is_outage = true;
    if (is_answering(event.to)) state.is_outage = false;
    if (listener_ != nullptr) listener_->Take(ThenOf(*host), event);
    const WallTime since = std::max(event.since, begin_);
    // Unreachable and unknown take back what was counted before it was known better.
    if (event.to == Status::kUnreachable || event.to == Status::kUnknown) {
      ForgetFrom(state.history, since, KindOf(*host));
    } else {
      AddStretch(state.history, since, KindOf(*host));
    }
    if (is_news_) TakeStatus(list_.hosts[*host], event);
  }
  void Take(const MaintenanceEvent& event) {
    last_sign_ = std::max(last_sign_, event.t);
    const auto host = Find(event.host);
    if (!host) return;
    then_[*host].in_maintenance = event.begins;
    if (listener_ != nullptr) listener_->Take(ThenOf(*host), event);
    AddStretch(states_[*host].history, std::max(event.t, begin_), KindOf(*host));
    if (is_news_) list_.hosts[*host].seen.in_maintenance = event.begins;
  }
  void Take(const AlertEvent& event) {
    if (event.t >= begin()) last_sign_ = std::max(last_sign_, event.t);
    if (event.channel != kToldChannel) return;
    for (const std::string& id : event.hosts) {
      const auto host = Find(id);
      if (!host) continue;
      if (listener_ != nullptr) listener_->TakeNotified(*host);
      if (is_news_) list_.hosts[*host].seen.last_alert_time = event.t;
    }
    if (listener_ == nullptr) return;
    for (const Told& told : event.alerts)
      if (const auto host = Find(told.host)) listener_->TakeNotified(*host, told, event.t);
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
      const ClockStep step{run_since_, event.t - event.since, event.t};
      // If the clock was ahead by a month, the file of that time comes later: nothing of this run was read yet.
      const bool was_read = step.by.count() > 0 || FileMonthOf(event.since) == FileMonthOf(event.t);
      if (was_read && run_since_ != kNever && run_since_ <= event.since) {
        for (HostState& state : states_) ShiftTimeline(state.history, step.since, step.by, step.now);
        if (listener_ != nullptr) listener_->ShiftTimes(step);
        run_since_ += step.by;
      }
      last_sign_ = std::max(written_, event.t);
      return;
    }
    last_sign_ = std::max(last_sign_, event.t);
  }
  void Take(const EditEvent&) {}
  void Take(const HostsEvent&) {}
  void Take(const OutageEvent&) {}

  ReplayListener::HostThen ThenOf(size_t host) const {
    return {host, *then_[host].status, *then_[host].in_maintenance, states_[host].is_outage};
  }
  TimeKind KindOf(size_t host) const { return TimeKindOf(*then_[host].status, *then_[host].in_maintenance); }

  // Nobody watched; what was so before went on so afterwards, until a check said otherwise.
  void Pause(WallTime from, WallTime until) {
    for (size_t host = 0; host < then_.size(); ++host) {
      StopWatching(states_[host].history, from, until);
      AddStretch(states_[host].history, until, KindOf(host));
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
      ForgetFailures(seen);  // none of them was the host's
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
  ReplayListener* const listener_;
  const WallTime begin_ = now_ - kUptimeWindow;
  const WallTime written_;  // what hosts.json knows
  WallTime last_sign_;
  bool is_news_ = false;         // what is read happened after that
  WallTime run_since_ = kNever;  // the start of the run that the events are of
  HostStates states_;
  std::vector<Then> then_;  // by host
  std::unordered_map<std::string_view, size_t> by_id_;
};

}  // namespace

Replayed ReplayEvents(HostList& list, const EventLog& log, const Config& config, WallTime now,
                      ReplayListener* listener) {
  Replay replay(list, config, now, listener);
  std::vector<Event> events;
  log.Read(replay.begin_of_notified(), [&](const Event& event) {
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
