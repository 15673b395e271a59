// Which alert a host is due: the rule of the ten failures and of the cooldown. Pure.
#ifndef LINEWATCH_MONITORD_ALERT_POLICY_H_
#define LINEWATCH_MONITORD_ALERT_POLICY_H_

#include <chrono>
#include <optional>
#include <string>

#include "store/host.h"

namespace linewatch {

enum class AlertKind { kDown, kRecovery };

// After a check was recorded. `before` is the status that the check found.
//   down      once when the threshold is reached, and again every `cooldown` while it stays down
//   recovery  when a host whose down was told answers again
// last_alert_time is the caller's to set, when the alert is queued. One that lies ahead of `now` is unknown: the clock
// was set back, and waiting for it could take months.
std::optional<AlertKind> DueAlert(const Observation& seen, Status before, WallTime outage_since, WallTime now,
                                  std::chrono::milliseconds cooldown);

// "DOWN Server A (192.168.0.1) since 12:03:10, no answer within 1 s"; the time in the local time zone.
std::string AlertSubject(AlertKind kind, const Host& host, WallTime outage_since, WallTime now);

// "137 s", "12 min", "3 h 20 min", "2 d 4 h": the two largest units.
std::string DurationText(std::chrono::seconds duration);

}  // namespace linewatch

#endif
