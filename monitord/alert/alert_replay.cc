#include "monitord/alert/alert_replay.h"

#include <chrono>

#include "monitord/alert/alert_policy.h"

namespace linewatch {

void AlertReplay::Begin(const HostThen& host) {
  if (!host.is_outage) return;
  StateOf(alerts_[host.host], list_.hosts[host.host].seen).is_open = true;
}

void AlertReplay::Take(const HostThen& host, const StatusEvent& event) {
  BoxedOptional<AlertState>& alert = alerts_[host.host];
  LastOutage& last = last_outages_[host.host];
  const bool was_open = alert && alert->is_open;
  if (host.is_outage && !was_open) {
    AlertState& begun = StateOf(alert, list_.hosts[host.host].seen);
    std::erase_if(begun.outages, [&](WallTime t) { return event.t - t >= config_.email_cooldown; });
    if (!host.in_maintenance) begun.outages.push_back(event.t);
    begun.outage_changed = event.t;
    begun.is_open = true;
    last = {event.since, kNever, false, false};
  } else if (was_open && !host.is_outage) {
    alert->outage_changed = last.ended = event.t;
    alert->is_open = false;
  }
  // While nobody knew how it was it was not stable: see TakeDueAlert.
  if (alert && !is_known(event.from)) alert->outage_changed = event.t;
  NoteDue(host);
}

void AlertReplay::Take(const HostThen& host, const MaintenanceEvent& /*event*/) { NoteDue(host); }

void AlertReplay::NoteDue(const HostThen& host) {
  const BoxedOptional<AlertState>& alert = alerts_[host.host];
  if (host.status == Status::kDown && !host.in_maintenance && alert && alert->is_open && !alert->is_flapping &&
      alert->outages.size() <= kMostOutages)
    last_outages_[host.host].is_due = true;
}

void AlertReplay::TakeNotified(size_t host) { last_outages_[host].is_notified = true; }

void AlertReplay::TakeNotified(size_t host, const NotifiedAlert& notified, WallTime t) {
  RestoreNotified(list_.hosts[host].seen, alerts_[host], notified, t);
}

void AlertReplay::Forget(size_t host) {
  alerts_[host].reset();
  last_outages_[host].ended = kNever;
}

void AlertReplay::ShiftTimes(const ClockStep& step) {
  for (LastOutage& last : last_outages_) {
    step(last.since);
    step(last.ended);
  }
  for (auto& alert : alerts_)
    if (alert) ForEachClockTime(*alert, step);
}

// An outage whose down and recovery waited for the same message when the run ended: people are notified of its
// recovery, late.
void AlertReplay::End(WallTime last_sign) {
  constexpr std::chrono::minutes kToWrite{1};  // a message, when its window has closed
  for (size_t host = 0; host < alerts_.size(); ++host) {
    const LastOutage& last = last_outages_[host];
    if (last.ended == kNever || !last.is_due || last.is_notified) continue;
    AlertState& alert = *alerts_[host];
    if (alert.notified_outage != kNever || last_sign - last.ended > config_.digest_window + kToWrite) continue;
    alert.notified_outage = last.since;
    alert.is_late = true;
  }
}

}  // namespace linewatch
