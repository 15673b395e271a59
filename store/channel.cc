#include "store/channel.h"

#include <algorithm>

#include "store/config.h"

namespace linewatch {

const ChannelTraits& TraitsOf(Channel channel) {
  static constexpr std::array kTraits = {
#define LINEWATCH_CHANNEL(Name, name) &k##Name##Channel,
      LINEWATCH_CHANNELS(LINEWATCH_CHANNEL)
#undef LINEWATCH_CHANNEL
  };
  return *kTraits[static_cast<size_t>(channel)];
}

std::optional<Channel> ChannelNamed(std::string_view name) {
  const auto named = std::find(kChannelNames.begin(), kChannelNames.end(), name);
  if (named == kChannelNames.end()) return std::nullopt;
  return static_cast<Channel>(named - kChannelNames.begin());
}

std::string SchemaOf(Channel channel) {
  std::string members;
  for (const ChannelSetting& setting : TraitsOf(channel).settings) {
    members.append(members.empty() ? "\n\"" : ",\n\"").append(setting.name).append("\": {");
    if (setting.is_secret) members += R"("writeOnly": true, )";
    members += setting.schema.substr(1);
  }
  return R"({"type": "object", "additionalProperties": false, "description": "an object", "properties": {)" + members +
         "}}";
}

std::vector<std::pair<std::string_view, std::string_view>> HeadersIn(std::string_view lines) {
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  while (!lines.empty()) {
    const size_t end = lines.find('\n'), colon = lines.find(": ");
    headers.emplace_back(lines.substr(0, colon), lines.substr(colon + 2, end - colon - 2));
    lines.remove_prefix(end + 1);
  }
  return headers;
}

std::vector<std::string> MissingSettings(std::string_view channel, const Config& config) {
  const auto which = ChannelNamed(channel);
  if (!which) return {};
  const ChannelTraits& traits = TraitsOf(*which);
  if (traits.missing != nullptr) return traits.missing(config);
  std::vector<std::string> missing;
  for (const ChannelSetting& setting : traits.settings)
    if (setting.is_needed && config.SettingOf(*which, setting.name).empty())
      missing.push_back(std::string(channel).append(".").append(setting.name));
  return missing;
}

}  // namespace linewatch
