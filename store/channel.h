// The channels that alerts go through, by the names that settings and files have for them.
#ifndef LINEWATCH_STORE_CHANNEL_H_
#define LINEWATCH_STORE_CHANNEL_H_

#include <array>
#include <string_view>
#include <vector>

#include "store/config.h"

namespace linewatch {

inline constexpr std::array<std::string_view, 4> kChannelNames = {"smtp", "telegram", "slack", "webhook"};

// The settings that are wanted before anything can be sent through a channel: "smtp.host". None if it is set up, or wants
// none.
std::vector<std::string_view> MissingSettings(std::string_view channel, const Config& config);

inline bool is_set_up(std::string_view channel, const Config& config) {
  return MissingSettings(channel, config).empty();
}

}  // namespace linewatch

#endif
