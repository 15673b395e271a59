// An incoming webhook of Slack, whose address is all that anybody needs to write there: a secret.
#include "store/channel.h"

namespace linewatch {
namespace {

constexpr ChannelSetting kSettings[] = {
    {.name = "webhook_url",
     .is_secret = true,
     .is_needed = true,
     .schema =
         R"({"type": "string", "maxLength": 2000, "pattern": "^(https?://.+)?$", "description": "an http or https URL"})"},
    {.name = "ca_file",
     .schema =
         R"({"type": "string", "maxLength": 1000, "description": "the path of a file of certificates in PEM form"})"},
};

}  // namespace

constinit const ChannelTraits kSlackChannel = {.settings = kSettings};

}  // namespace linewatch
