#include "store/channel.h"

#include <algorithm>

namespace linewatch {

std::vector<std::string_view> MissingSettings(std::string_view channel, const Config& config) {
  std::vector<std::string_view> missing;
  const auto want = [&](std::string_view setting, bool is_there) {
    if (!is_there) missing.push_back(setting);
  };
  if (channel == "smtp") {
    want("smtp.host", !config.smtp.host.empty());
    want("smtp.from", !config.smtp.from.empty());
    const bool has_route = std::any_of(config.routes.begin(), config.routes.end(),
                                       [](const Config::Route& route) { return !route.smtp_to.empty(); });
    want("smtp.to", !config.smtp.to.empty() || has_route || !config.report_to.empty());
  } else if (channel == "telegram") {
    want("telegram.token", !config.telegram.token.text.empty());
    want("telegram.chat_id", !config.telegram.chat_id.empty());
  } else if (channel == "slack") {
    want("slack.webhook_url", !config.slack.webhook_url.text.empty());
  } else if (channel == "webhook") {
    want("webhook.url", !config.webhook.url.empty());
  }
  return missing;
}

}  // namespace linewatch
