#include "monitord/verdict/event_replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitord/verdict/state_machine.h"
#include "monitord/verdict/uptime.h"
#include "store/event_fold.h"

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
        monitor_(list.updated),
        states_(list.hosts.size()),
        times_(list.hosts.size()) {
    for (size_t i = 0; i < list.hosts.size(); ++i) by_id_.emplace(list.hosts[i].id, i);
  }

  WallTime begin() const { return std::min(begin_, written_); }
  // Who was notified is in the events alone, and may be of use for long: a host that flaps is held for days.
  WallTime begin_of_notified() const { return std::min(now_ - std::chrono::days(7), written_); }

  Replayed Run(const std::vector<Event>& events) {
    std::vector<Before> before(times_.size());
    for (const Event& event : events) std::visit([&](const auto& e) { LookAhead(e, before); }, event);
    for (size_t host = 0; host < times_.size(); ++host) Open(host, before[host]);
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
    const WallTime last_sign = monitor_.last_sign();
    if (listener_ != nullptr) listener_->End(last_sign);
    for (size_t host = 0; host < times_.size(); ++host) {
      Timeline& history = states_[host].history = std::move(times_[host].timeline);
      if (list_.hosts[host].seen.last_check == kNever) ForgetFrom(history, begin_, TimeKind::kNone);
      if (last_sign != kNever) StopWatching(history, std::max(last_sign, begin_), now_ - std::chrono::microseconds(1));
    }
    return {last_sign, std::move(states_)};
  }

 private:
  // What a host was before the first event, as far as events tell.
  struct Before {
    std::optional<Status> status;
    std::optional<bool> in_maintenance;
  };

  std::optional<size_t> Find(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional(found->second);
  }

  // What an event found is what was before it.
  void LookAhead(const StatusEvent& event, std::vector<Before>& before) const {
    const auto host = Find(event.host);
    if (host && !before[*host].status) before[*host].status = event.from;
  }
  void LookAhead(const MaintenanceEvent& event, std::vector<Before>& before) const {
    const auto host = Find(event.host);
    if (host && !before[*host].in_maintenance) before[*host].in_maintenance = !event.begins;
  }
  template <class Other>
  void LookAhead(const Other& /*event*/, std::vector<Before>& /*before*/) const {}

  // A host without events has been all the time what it was last.
  void Open(size_t host, const Before& before) {
    const Observation& seen = list_.hosts[host].seen;
    HostTime& time = times_[host];
    time.status = before.status.value_or(seen.last_check == kNever ? Status::kPending : seen.status);
    time.in_maintenance = before.in_maintenance.value_or(seen.in_maintenance);
    time.begin = time.maintenance_since = begin_;
    time.Come(begin_);
    states_[host].is_outage = time.status == Status::kDown;
    if (listener_ != nullptr) listener_->Begin(ThenOf(host));
  }

  void Take(const StatusEvent& event) {
    monitor_.NoteSign(event.t);
    const auto host = Find(event.host);
    if (!host) return;
    HostTime& time = times_[*host];
    HostState& state = states_[*host];
    if (time.is_of_new_target(event)) {
      ForgetFrom(time.timeline, begin_, TimeKind::kNone);
      state.is_outage = false;
      if (listener_ != nullptr) listener_->Forget(*host);
    }
    time.Take(event);
    if (event.to == Status::kDown) state.is_outage = true;
    if (is_answering(event.to)) state.is_outage = false;
    if (listener_ != nullptr) listener_->Take(ThenOf(*host), event);
    if (is_news_) TakeStatus(list_.hosts[*host], event);
  }
  void Take(const MaintenanceEvent& event) {
    monitor_.NoteSign(event.t);
    const auto host = Find(event.host);
    if (!host) return;
    times_[*host].Take(event);
    if (listener_ != nullptr) listener_->Take(ThenOf(*host), event);
    if (is_news_) list_.hosts[*host].seen.in_maintenance = event.begins;
  }
  void Take(const AlertEvent& event) {
    if (event.t >= begin()) monitor_.NoteSign(event.t);
    if (event.channel != kLogChannel) return;
    for (const std::string& id : event.hosts) {
      const auto host = Find(id);
      if (!host) continue;
      if (listener_ != nullptr) listener_->TakeNotified(*host);
      if (is_news_) list_.hosts[*host].seen.last_alert_time = event.t;
    }
    if (listener_ == nullptr) return;
    for (const NotifiedAlert& notified : event.alerts)
      if (const auto host = Find(notified.host)) listener_->TakeNotified(*host, notified, event.t);
  }
  void Take(const MonitorEvent& event) {
    const Passage passage = monitor_.Take(event);
    for (HostTime& time : times_) time.Take(passage);
    const auto* step = std::get_if<ClockStep>(&passage);
    if (step != nullptr && listener_ != nullptr) listener_->ShiftTimes(*step);
    if (event.state != MonitorChange::kLate || !is_news_) return;
    for (Host& host : list_.hosts)
      if (host.seen.status == Status::kFailing) ForgetFailures(host.seen);
  }
  void Take(const EditEvent&) {}
  void Take(const HostsEvent&) {}
  void Take(const OutageEvent&) {}

  ReplayListener::HostThen ThenOf(size_t host) const {
    const HostTime& time = times_[host];
    return {host, time.status, time.in_maintenance, states_[host].is_outage};
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
  bool is_news_ = false;    // what is read happened after that
  MonitorFold monitor_;
  HostStates states_;
  std::vector<HostTime> times_;  // by host
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
