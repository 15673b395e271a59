#include "store/maintenance_schema.h"

namespace linewatch {

std::string MaintenanceSchema(MaintenanceOf whose) {
  const bool is_group = whose == MaintenanceOf::kGroup;
  const std::string most = is_group ? "100" : "50", first = is_group ? "group, " : "",
                    group_wanted = is_group ? R"("group", )" : "",
                    group = is_group ? R"("group": {"type": "string", "minLength": 1, "maxLength": 100}, )" : "";
  return R"({"type": "array", "maxItems": )" + most + R"(, "description": "a list of at most )" + most +
         R"( windows", "items": {
    "description": "{)" +
         first + R"(from, to, note} with Unix seconds, or {)" + first +
         R"(days, from, to, note} with days from 1 (Monday) to 7 and times as \"23:00\"",
    "oneOf": [
      {"type": "object", "required": [)" +
         group_wanted + R"("from", "to"], "additionalProperties": false, "properties": {)" + group + R"(
        "from": {"type": "number", "minimum": 1, "maximum": 253402300799},
        "to": {"type": "number", "minimum": 1, "maximum": 253402300799},
        "note": {"type": "string", "maxLength": 200}}},
      {"type": "object", "required": [)" +
         group_wanted + R"("days", "from", "to"], "additionalProperties": false, "properties": {)" + group + R"(
        "days": {"type": "array", "minItems": 1, "maxItems": 7, "uniqueItems": true, "items": {"type": "integer", "minimum": 1, "maximum": 7}},
        "from": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
        "to": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
        "note": {"type": "string", "maxLength": 200}}}]}})";
}

}  // namespace linewatch
