// The channels by which notifications leave. Each has one line here; what it is stands in store/channel/NAME.cc, and
// monitord/notify/notifiers.h says who sends by it.
#ifndef LINEWATCH_STORE_CHANNEL_H_
#define LINEWATCH_STORE_CHANNEL_H_

#include <rapidjson/fwd.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linewatch {

struct Config;
struct FieldError;

// The name in the code and the name in files and the API, config.json among them.
#define LINEWATCH_CHANNELS(CHANNEL) \
  CHANNEL(Smtp, smtp)               \
  CHANNEL(Telegram, telegram)       \
  CHANNEL(Slack, slack)             \
  CHANNEL(Webhook, webhook)

enum class Channel : uint8_t {
#define LINEWATCH_CHANNEL(Name, name) k##Name,
  LINEWATCH_CHANNELS(LINEWATCH_CHANNEL)
#undef LINEWATCH_CHANNEL
};

inline constexpr std::array kChannelNames = {
#define LINEWATCH_CHANNEL(Name, name) std::string_view(#name),
    LINEWATCH_CHANNELS(LINEWATCH_CHANNEL)
#undef LINEWATCH_CHANNEL
};

std::optional<Channel> ChannelNamed(std::string_view name);
inline std::string_view NameOf(Channel channel) { return kChannelNames[static_cast<size_t>(channel)]; }

// One member of the channel's object in config.json: a text, but for those of smtp.
struct ChannelSetting {
  std::string_view name;
  bool is_secret = false;   // shown to nobody
  bool is_needed = false;   // without it nothing can be sent
  bool has_lines = false;   // may have line ends
  bool is_headers = false;  // an object of headers, whose values are secrets; as a text, lines of "NAME: VALUE"
  std::string_view schema;  // of its value, as store/json/schema.h wants it
};

struct ChannelTraits {
  std::span<const ChannelSetting> settings;
  // Answers MissingSettings instead of is_needed, where what is missing depends on other settings, too.
  std::vector<std::string> (*missing)(const Config& config) = nullptr;
  // What a schema cannot say of the channel's object.
  void (*check)(const rapidjson::Value& settings, std::vector<FieldError>& errors) = nullptr;
};

const ChannelTraits& TraitsOf(Channel channel);

#define LINEWATCH_CHANNEL(Name, name) extern const ChannelTraits k##Name##Channel;
LINEWATCH_CHANNELS(LINEWATCH_CHANNEL)
#undef LINEWATCH_CHANNEL

// Those settings of a channel that are given, by their names.
using ChannelSettings = std::map<std::string_view, std::string>;

// Name and value of each header of a setting that is_headers.
std::vector<std::pair<std::string_view, std::string_view>> HeadersIn(std::string_view lines);

// The JSON Schema of the channel's object in config.json.
std::string SchemaOf(Channel channel);

// The settings that are wanted before anything can be sent through a channel: "smtp.host". None if it is set up, or if
// there is no such channel.
std::vector<std::string> MissingSettings(std::string_view channel, const Config& config);

inline bool is_set_up(std::string_view channel, const Config& config) {
  return MissingSettings(channel, config).empty();
}

}  // namespace linewatch

#endif
