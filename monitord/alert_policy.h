// Which alert a host is due: the rules of the cooldown and of flapping. Pure, but for the time zone in
// AlertSubject.
#ifndef LINEWATCH_MONITORD_ALERT_POLICY_H_
#define LINEWATCH_MONITORD_ALERT_POLICY_H_

#include <chrono>
#include <optional>
#include <string>

#include "store/host.h"

namespace linewatch {

enum class AlertKind { kDown, kRecovery, kFlapping, kStable };

struct DueAlert {
  AlertKind kind;
  WallTime outage_since;  // when its first failed check was sent
};

// To be asked after every round; what is due counts as told, at `now`.
//   down      when the threshold is reached, and again every `cooldown` while it stays down and nobody has acknowledged
//   recovery  when a host whose down was told answers again
//   flapping  instead of a down, once, when the host had more than kMostOutages within `cooldown`. It is held then until
//   stable    it has had no outage, or nothing but one, for as long
// Not in maintenance, but for what takes a told trouble back. Times that lie ahead of `now`, as a clock set back leaves
// them, are unknown: nothing waits for them.
std::optional<DueAlert> TakeDueAlert(Observation& seen, bool is_acknowledged, std::chrono::milliseconds cooldown,
                                     WallTime now);

inline constexpr size_t kMostOutages = 3;

// What hosts.json and the events say of an outage that an earlier run has seen: whether it was told.
void RestoreAlertState(Observation& seen, WallTime now);

// "DOWN Server A (192.168.0.1) since 12:03:10, no answer within 1 s"; the time in the local time zone.
std::string AlertSubject(const DueAlert& alert, const Host& host, std::chrono::milliseconds cooldown, WallTime now);

// "137 s", "12 min", "3 h 20 min", "2 d 4 h": the two largest units.
std::string DurationText(std::chrono::seconds duration);

}  // namespace linewatch

#endif
