// Which alert a host is due: the rules of the cooldown, of flapping, of degraded hosts and of certificates, and what
// people were notified of. Pure.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_POLICY_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_POLICY_H_

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "monitord/alert/alert_state.h"
#include "monitord/verdict/host_state.h"
#include "store/alert.h"
#include "store/event_log.h"
#include "store/host_list.h"

namespace linewatch {

// To be asked at the start and after every batch of checks. An alert that it answers counts as notified in this run
// from then on. No file says so: if it never gets into a message, the next run finds it due again.
//   down      when the threshold is reached, and again every `cooldown` while it stays down and nobody has acknowledged
//   recovery  when a host with an open alert of an outage answers again; it resolves one of a degradation, too
//   flapping  instead of a down, once, when the host had more than kMostOutages within `cooldown`, not counting those
//             that began in maintenance; then nothing until it is stable
//   stable    when a host that flapped has had no outage for a `cooldown`. One that was down for all of it alerts as
//             down instead. The time begins anew whenever nobody knows how the host is
//   degraded  when it begins, and again every `cooldown` while it lasts and nobody has acknowledged; at most one
//             beginning in a `cooldown`, a later one falls due when that is over, if it still lasts
//   degraded_over  when a host with an open alert of a degradation is within its limits again
//   certificate  once for each of the host's warn_days, when it has come; with a certificate that ends soon, and
//             nothing else beyond a limit, there is no alert of a degradation
//   certificate_over  when a certificate that people were warned of is seen no more, but another one that does not end
//             soon
// Not in maintenance, but for what resolves an open alert. An acknowledgement counts for the outage or degradation in
// which it was written. Times that lie ahead of `now`, as a clock set back leaves them, are unknown: nothing waits for
// them.
// Alert::dependents are not filled in: see FillDependents.
std::optional<Alert> TakeDueAlert(const Host& host, const HostState& state, BoxedOptional<AlertState>& alert,
                                  std::chrono::milliseconds cooldown, WallTime now);

inline constexpr size_t kMostOutages = 3;

// The state of a host that had none yet begins with what hosts.json says of it.
AlertState& StateOf(BoxedOptional<AlertState>& alert, const Observation& seen);

// An alert of the host has got into a message.
void MarkNotified(Observation& seen, const BoxedOptional<AlertState>& alert, WallTime now);

// The alerts of a message that are about hosts, in the order in which they fell due: for its event, and for
// RestoreNotified.
std::vector<NotifiedAlert> NotifiedAlertsOf(std::span<const Alert> alerts);

// At a start: an event or the outbox says that this alert was in a message that was queued at `t`. To be called in the
// order of time, for all of them before RestoreAlertState. The second form finds the host, which may be gone, and sets
// its last_alert_time.
void RestoreNotified(Observation& seen, BoxedOptional<AlertState>& alert, const NotifiedAlert& notified, WallTime t);
void RestoreNotified(HostList& list, AlertStates& alerts, const NotifiedAlert& notified, WallTime t);

// At a start, after RestoreNotified: adds what hosts.json knows of alerts of which no event is left. An outage counts
// as notified if the last alert of its host, Observation::last_alert_time, came after its beginning. Sets
// HostState::is_outage: of a host that is down, and of one that does not answer if its outage was open or notified.
void RestoreAlertState(WatchedHost host, BoxedOptional<AlertState>& alert, WallTime now);

}  // namespace linewatch

#endif
