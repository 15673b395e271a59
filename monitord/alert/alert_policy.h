// Which alert a host is due: the rules of the cooldown, of flapping and of degraded lines, and of what was told. Pure.
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

// To be asked at the start and after every round; what is due counts as told in this run from then on. Nothing of that
// is in a file: if it never gets into a message, the next run finds it due again.
//   down      when the threshold is reached, and again every `cooldown` while it stays down and nobody has acknowledged
//   recovery  when a host whose down was told answers again; it covers a told degradation
//   flapping  instead of a down, once, when the host had more than kMostOutages within `cooldown`, not counting those
//             that began in maintenance. It is held until
//   stable    it has had no outage, or nothing but one, for as long; time in which nobody knew how it was begins it anew
//   degraded  when it begins, and again every `cooldown` while it lasts and nobody has acknowledged; at most one
//             beginning in a `cooldown`, a later one is told when that is over, if it still lasts
//   degraded_over  when a host that was told as degraded is within its limits again
//   certificate  once for each of the host's warn_days, when it has come; with a certificate that ends soon, and
//             nothing else beyond a limit, a host is not told as degraded
//   certificate_over  when a certificate that was told is seen no more, but another one that does not end soon
// Not in maintenance, but for what takes a told trouble back. An acknowledgement counts for the trouble in which it was
// written. Times that lie ahead of `now`, as a clock set back leaves them, are unknown: nothing waits for them.
// What hangs below the host is not filled in: see FillDependents.
std::optional<Alert> TakeDueAlert(const Host& host, const HostState& state, BoxedOptional<AlertState>& alert,
                                  std::chrono::milliseconds cooldown, WallTime now);

inline constexpr size_t kMostOutages = 3;

// The alert is in the outbox.
void MarkNotified(Observation& seen, const BoxedOptional<AlertState>& alert, WallTime now);

// What a message tells, in the order in which it fell due: for its event, and for RestoreTold.
std::vector<NotifiedAlert> NotifiedAlertsOf(std::span<const Alert> alerts);

// At a start: this was queued at `t`, by an event or by a message that still stands in the outbox. In the order of
// time, before RestoreAlertState.
void RestoreNotified(Observation& seen, BoxedOptional<AlertState>& alert, const NotifiedAlert& told, WallTime t);
void RestoreNotified(HostList& list, AlertStates& alerts, const NotifiedAlert& told, WallTime t);

// At a start, after those: what hosts.json says of an outage that an earlier run has seen, where no event is left that
// says whether people were notified. One of which they were, and which has not ended, is an outage still.
void RestoreAlertState(WatchedHost host, BoxedOptional<AlertState>& alert, WallTime now);

}  // namespace linewatch

#endif
