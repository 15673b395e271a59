// Who is notified of which alert. Pure.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_ROUTES_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_ROUTES_H_

#include <string>
#include <vector>

#include "store/alert.h"
#include "store/config.h"

namespace linewatch {

// One message to be: its alerts in the order in which they came.
struct Addressed {
  std::vector<std::string> channels, smtp_to;
  std::vector<Alert> alerts;
};

// By default all of `configured`, the names of the channels that can be used, but those in config.fallback (all, if no
// other is left), and smtp.to. A host whose group has routes goes to their recipients and channels instead, as far as
// they name any; channels that are not configured do not count, nor does mail to nobody. Alerts with the same
// destination stay together. `below` stays only where its root cause is in the same message.
std::vector<Addressed> RouteAlerts(std::vector<Alert> alerts, const Config& config,
                                   const std::vector<std::string>& configured);

}  // namespace linewatch

#endif
