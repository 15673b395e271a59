// Any program that takes JSON by HTTP.
#include "store/channel.h"

namespace linewatch {
namespace {

constexpr ChannelSetting kSettings[] = {
    {.name = "url",
     .is_needed = true,
     .schema =
         R"({"type": "string", "maxLength": 2000, "pattern": "^(https?://.+)?$", "description": "an http or https URL"})"},
    {.name = "secret",
     .is_secret = true,
     .schema = R"({"type": "string", "maxLength": 1000, "description": "at most 1000 characters"})"},
};

}  // namespace

constinit const ChannelTraits kWebhookChannel = {.settings = kSettings};

}  // namespace linewatch
