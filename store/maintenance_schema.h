// What a maintenance window must be as input, of a host and of a group.
#ifndef LINEWATCH_STORE_MAINTENANCE_SCHEMA_H_
#define LINEWATCH_STORE_MAINTENANCE_SCHEMA_H_

#include <string>

namespace linewatch {

enum class MaintenanceOf { kHost, kGroup };

// The JSON Schema of a list of windows. Those of groups carry `group` beside each window's own members.
std::string MaintenanceSchema(MaintenanceOf whose);

}  // namespace linewatch

#endif
