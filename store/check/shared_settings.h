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

inline constexpr CheckSetting kMin{"min", &CheckSettings::min, R"({"type": "number", "description": "a number"})"};
inline constexpr CheckSetting kMax{"max", &CheckSettings::max, R"({"type": "number", "description": "a number"})"};

// What may stand in it: CheckField.
inline constexpr CheckSetting kField{"field", &CheckSettings::field,
                                     R"({"type": "string", "maxLength": 200,
        "description": "a field of JSON, such as a.b[0].c or /a/b/0/c, of at most 200 characters"})"};

// What is wrong with `client_cert` and `client_key`, beside what the schema says.
void CheckClientKey(const CheckSettings& settings, const TellWrong& wrong);
// What is wrong with `field`, and with `expect`, `min` and `max` beside it.
void CheckField(const CheckSettings& settings, const TellWrong& wrong);

inline constexpr CheckSetting kIpVersion{"ip_version", &CheckSettings::ip_version,
                                         R"({"enum": [4, 6], "description": "4, 6 or null"})"};

// That an address, unlike a name, is of the version that is asked for.
void CheckIpVersion(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong);
// What it adds to the question of a check; empty for both versions.
std::string VersionText(const CheckSettings& service);

inline constexpr CheckSetting kVerifyTls{"verify_tls", &CheckSettings::verify_tls,
                                         R"({"type": "boolean", "description": "true or false"})"};

inline constexpr CheckSetting kWarnDays{"warn_days", &CheckSettings::warn_days,
                                        R"({"type": "array", "maxItems": 10, "uniqueItems": true,
        "description": "a list of at most 10 whole numbers of days from 1 to 365",
        "items": {"type": "integer", "minimum": 1, "maximum": 365}})"};

inline constexpr CheckSetting kMaxAge{
    "max_age", &CheckSettings::max_age,
    R"({"type": "number", "minimum": 1, "maximum": 31536000, "description": "a number of seconds from 1 to 31536000"})"};

inline constexpr CheckSetting kClientCert{
    "client_cert", &CheckSettings::client_cert,
    R"({"type": "string", "maxLength": 100, "pattern": "^([A-Za-z0-9_][A-Za-z0-9_.@+-]*)?$",
        "description": "the name of a file in keys/ of the data folder: letters, digits and ._-+@"})"};

inline constexpr CheckSetting kClientKey{
    "client_key", &CheckSettings::client_key,
    R"({"type": "string", "maxLength": 100, "pattern": "^([A-Za-z0-9_][A-Za-z0-9_.@+-]*)?$",
        "description": "the name of a file in keys/ of the data folder: letters, digits and ._-+@"})"};

}  // namespace linewatch

#endif
