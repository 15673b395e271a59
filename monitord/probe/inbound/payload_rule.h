// What a message of MQTT must say for its host to be well.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_PAYLOAD_RULE_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_PAYLOAD_RULE_H_

#include <string>
#include <string_view>

#include "store/check_settings.h"

namespace linewatch {

// Why the payload, or the `field` of it, is not as `expect`, `min` and `max` want it; empty if it is, and where nothing
// is wanted but that something comes. A byte order mark before it, and blanks and line ends behind it, are no part of
// it; a number may have a plus, and quotes around it. `left_out` bytes more came than are in `payload`.
std::string FaultOf(std::string_view payload, const CheckSettings& service, size_t left_out = 0);

// What is longer is not looked into.
inline constexpr size_t kMaxPayload = 64 << 10;

}  // namespace linewatch

#endif
