// A bot of Telegram, writing into one chat.
#include "store/channel.h"

namespace linewatch {
namespace {

constexpr ChannelSetting kSettings[] = {
    {.name = "token",
     .is_secret = true,
     .is_needed = true,
     .schema = R"({"type": "string", "maxLength": 200, "description": "the token of a bot"})"},
    {.name = "chat_id",
     .is_needed = true,
     .schema = R"({"type": "string", "maxLength": 100, "description": "at most 100 characters"})"},
    {.name = "topic",
     .schema =
         R"({"type": "string", "maxLength": 10, "pattern": "^[0-9]*$", "description": "the number of a topic, in digits"})"},
    {.name = "api_url",
     .schema =
         R"({"type": "string", "maxLength": 2000, "pattern": "^(https?://.+)?$", "description": "an http or https URL"})"},
};

}  // namespace

constinit const ChannelTraits kTelegramChannel = {.settings = kSettings};

}  // namespace linewatch
