// The settings that several kinds of check have.
#ifndef LINEWATCH_STORE_CHECK_SHARED_SETTINGS_H_
#define LINEWATCH_STORE_CHECK_SHARED_SETTINGS_H_

#include "store/check_traits.h"

namespace linewatch {

inline constexpr CheckSetting kPort{
    "port", &CheckSettings::port,
    R"({"type": "integer", "minimum": 1, "maximum": 65535, "description": "a whole number from 1 to 65535"})"};

inline constexpr CheckSetting kExpect{
    "expect", &CheckSettings::expect,
    R"({"type": "string", "maxLength": 1000, "description": "at most 1000 characters"})"};

// What may stand in it: is_json_field.
inline constexpr CheckSetting kField{"field", &CheckSettings::field,
                                     R"({"type": "string", "maxLength": 200,
        "description": "a field of JSON, such as a.b[0].c or /a/b/0/c, of at most 200 characters"})"};

inline constexpr CheckSetting kVerifyTls{"verify_tls", &CheckSettings::verify_tls,
                                         R"({"type": "boolean", "description": "true or false"})"};

inline constexpr CheckSetting kWarnDays{"warn_days", &CheckSettings::warn_days,
                                        R"({"type": "array", "maxItems": 10, "uniqueItems": true,
        "description": "a list of at most 10 whole numbers of days from 1 to 365",
        "items": {"type": "integer", "minimum": 1, "maximum": 365}})"};

inline constexpr CheckSetting kMaxAge{
    "max_age", &CheckSettings::max_age,
    R"({"type": "number", "minimum": 1, "maximum": 31536000, "description": "a number of seconds from 1 to 31536000"})"};

}  // namespace linewatch

#endif
