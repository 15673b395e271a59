// What the log says of an event about monitord itself.
#ifndef LINEWATCH_MONITORD_VERDICT_MONITOR_EVENT_TEXT_H_
#define LINEWATCH_MONITORD_VERDICT_MONITOR_EVENT_TEXT_H_

#include <string>

#include "store/event_log.h"

namespace linewatch {

// One line.
std::string TextOf(const MonitorEvent& event);

}  // namespace linewatch

#endif
