// E-mail. The only channel whose settings others read, too: routes and reports name recipients. Hence they are typed,
// as Config::Smtp, and this list and the one in config.cc have the same names.
#include <algorithm>

#include "store/channel.h"
#include "store/config.h"

namespace linewatch {
namespace {

constexpr ChannelSetting kSettings[] = {
    {.name = "host", .schema = R"({"type": "string", "maxLength": 253, "description": "a host name or address"})"},
    {.name = "port",
     .schema =
         R"({"type": "integer", "minimum": 1, "maximum": 65535, "description": "a whole number from 1 to 65535"})"},
    {.name = "security", .schema = R"({"enum": ["none", "starttls", "tls"], "description": "none, starttls or tls"})"},
    {.name = "username", .schema = R"({"type": "string", "maxLength": 320, "description": "at most 320 characters"})"},
    {.name = "password",
     .is_secret = true,
     .schema = R"({"type": "string", "maxLength": 1000, "description": "at most 1000 characters"})"},
    {.name = "from",
     .schema =
         R"({"type": "string", "maxLength": 320, "pattern": "^([^@ ]+@[^@ ]+)?$", "description": "a mail address"})"},
    {.name = "to",
     .schema = R"({"type": "array", "maxItems": 50, "items": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
                   "description": "a list of at most 50 mail addresses"})"},
    {.name = "ca_file", .schema = R"({"type": "string", "maxLength": 1000, "description": "the path of a file"})"},
    {.name = "helo", .schema = R"({"type": "string", "maxLength": 253,
                   "pattern": "^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.IPv]+\\])?$",
                   "description": "a host name with a dot, such as monitor.example.org, or an address in brackets"})"},
};

// There is somebody to write to as soon as a route or the report names a recipient.
std::vector<std::string> Missing(const Config& config) {
  std::vector<std::string> missing;
  if (config.smtp.host.empty()) missing.emplace_back("smtp.host");
  if (config.smtp.from.empty()) missing.emplace_back("smtp.from");
  const bool has_route = std::any_of(config.routes.begin(), config.routes.end(),
                                     [](const Config::Route& route) { return !route.smtp_to.empty(); });
  if (config.smtp.to.empty() && !has_route && config.report_to.empty()) missing.emplace_back("smtp.to");
  return missing;
}

}  // namespace

constinit const ChannelTraits kSmtpChannel = {.settings = kSettings, .missing = Missing};

}  // namespace linewatch
