// What one value, of a message or of an answer, must be.
#ifndef LINEWATCH_MONITORD_PROBE_VALUE_RULE_H_
#define LINEWATCH_MONITORD_PROBE_VALUE_RULE_H_

#include <optional>
#include <string>
#include <string_view>

#include "store/check_settings.h"

namespace linewatch {

// The number that all of the text is, but for blanks around it, one pair of quotes, and a plus before it.
std::optional<double> NumberIn(std::string_view text);

// Why the value that `name` calls is not as `expect`, `min` and `max` want it, a short sentence; empty if it is, and
// where nothing is wanted. It is what is expected as a text, or as a number: 21.50 is 21.5.
std::string FaultOfValue(std::string_view name, std::string_view value, const CheckSettings& settings);

// The same of `min` and `max` alone, to stand behind "... is ".
std::string FaultOfLimits(std::string_view value, const CheckSettings& settings);

}  // namespace linewatch

#endif
