// What a start puts back from the events of what people were notified of, and of the outages that alerts count.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_REPLAY_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_REPLAY_H_

#include <vector>

#include "monitord/alert/alert_state.h"
#include "monitord/verdict/event_replay.h"
#include "store/config.h"
#include "store/host_list.h"

namespace linewatch {

// To be handed to ReplayEvents.
class AlertReplay : public ReplayListener {
 public:
  // Both outlive this.
  AlertReplay(HostList& list, const Config& config)
      : list_(list), config_(config), alerts_(list.hosts.size()), last_outages_(list.hosts.size()) {}

  // When the events are replayed: of the hosts of the list.
  AlertStates& alerts() { return alerts_; }

  void Begin(const HostThen& host) override;
  void Take(const HostThen& host, const StatusEvent& event) override;
  void Take(const HostThen& host, const MaintenanceEvent& event) override;
  void TakeNotified(size_t host) override;
  void TakeNotified(size_t host, const NotifiedAlert& notified, WallTime t) override;
  void Forget(size_t host) override;
  void ShiftTimes(const ClockStep& step) override;
  void End(WallTime last_sign) override;

 private:
  // The last outage of a host, and whether people were notified of it.
  struct LastOutage {
    WallTime since = kNever;
    WallTime ended = kNever;   // kNever while it is open
    bool is_due = false;       // an alert of it had fallen due
    bool is_notified = false;  // a message with an alert of the host was queued since it began
  };
  void NoteDue(const HostThen& host);

  HostList& list_;
  const Config& config_;
  AlertStates alerts_;
  std::vector<LastOutage> last_outages_;  // by host
};

}  // namespace linewatch

#endif
