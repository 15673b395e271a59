// What monitord remembers of the alerts of a host: what people were notified of, and what is held back. It is in no
// file: a start makes it anew from the events, the outbox and hosts.json.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_STATE_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_STATE_H_

#include <vector>

#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

struct AlertState {
  WallTime notified_outage = kNever;       // the beginning of the outage that is an open alert
  WallTime notified_degraded = kNever;     // the same of a degradation
  WallTime notified_at = kNever;           // when an alert last fell due
  WallTime degraded_notified_at = kNever;  // when one of a degradation did
  WallTime degraded_since = kNever;        // of the degradation as of the last check, notified or not
  // As Observation::cert_warned, which is set when the message is in the outbox; until the alert resolves.
  WallTime notified_certificate = kNever;
  WallTime past_certificate = kNever;     // the same, of the certificate before
  WallTime certificate_expires = kNever;  // when the one ends that was warned of, if this run knows
  std::vector<WallTime> outages;          // when the last few were opened
  WallTime outage_changed = kNever;       // when an outage was last opened or ended
  bool is_open = false;                   // an outage, as of the last check
  bool is_flapping = false;               // notified as such: no other alert until it is stable
  bool is_late = false;                   // nobody was notified of notified_outage before the last run ended
};

// One for each host of HostList::hosts, in the same order; set for those that were down or degraded, or whose
// certificate people were warned of.
using AlertStates = std::vector<BoxedOptional<AlertState>>;

// Hands to `shift` each time of `alert` that was read from the wall clock, and is to be shifted when that is set; those
// of certificates are not. All members are named here: a new one compiles only when somebody has decided whether it is
// such a time.
template <class Shift>
void ForEachClockTime(AlertState& alert, Shift&& shift) {
  auto& [notified_outage, notified_degraded, notified_at, degraded_notified_at, degraded_since, notified_certificate,
         past_certificate, certificate_expires, outages, outage_changed, is_open, is_flapping, is_late] = alert;
  for (WallTime* t :
       {&notified_outage, &notified_degraded, &notified_at, &degraded_notified_at, &degraded_since, &outage_changed})
    shift(*t);
  for (WallTime& outage : outages) shift(outage);
}

}  // namespace linewatch

#endif
