#include "monitord/notify/slack_notifier.h"

#include <memory>

#include "monitord/notify/chat_text.h"
#include "monitord/notify/notifiers.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/text/markup.h"

namespace linewatch {
namespace {

constexpr size_t kMaxBytes = 16000;  // Slack takes 40,000 characters, Mattermost 16,383

// There is no escape for the star that ends bold type: another star stands for it.
std::string Bold(std::string_view line) {
  std::string bold = "*";
  for (const char c : line) {
    if (c == '*') {
      bold += "∗";
    } else {
      bold += c;
    }
  }
  return bold += '*';
}

}  // namespace

std::string SlackBody(const Message& message, WallTime now) {
  std::vector<std::string> lines = ChatLines(message, now);
  for (std::string& line : lines) line = SlackEscaped(line);
  lines.front() = Bold(lines.front());
  return JsonText([&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("text", Fit(lines, kMaxBytes, [](std::string_view text) { return text.size(); }));
    out.EndObject();
  });
}

Delivery SlackNotifier::Send(const Message& message) {
  return DeliveryOf(client_.PostJson(webhook_url_, SlackBody(message, WallNow())), SecretsOfUrl(webhook_url_));
}

std::unique_ptr<Notifier> MakeSlackNotifier(const Config& config) {
  return std::make_unique<SlackNotifier>(config.SettingOf(Channel::kSlack, "webhook_url"));
}

}  // namespace linewatch
