// Whether a moment lies in a maintenance window. Pure, but for the process's time zone.
#ifndef LINEWATCH_MONITORD_VERDICT_MAINTENANCE_H_
#define LINEWATCH_MONITORD_VERDICT_MAINTENANCE_H_

#include <vector>

#include "store/host.h"
#include "store/value/wall_time.h"

namespace linewatch {

// A window begins with `from` and ends just before `to`. A weekly one is meant by the clock on the wall: on the day
// when that is set, 01:00 to 04:00 is an hour shorter or longer. A time that comes twice opens at the first and closes
// at the second; one that is left out is the moment of the change.
bool is_open(const MaintenanceWindow& window, WallTime now);
bool is_in_maintenance(const std::vector<MaintenanceWindow>& windows, WallTime now);

}  // namespace linewatch

#endif
