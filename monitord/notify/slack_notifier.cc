#include "monitord/notify/slack_notifier.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "monitord/notify/chat_text.h"
#include "monitord/notify/notifiers.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/text/markup.h"

namespace linewatch {
namespace {

constexpr size_t kMaxBytes = 16000;  // Slack takes 40,000 characters, Mattermost 16,383

// The words of Slack and of Mattermost for a text that they take from nobody.
bool is_about_the_text(std::string_view answer) {
  constexpr std::string_view kFaults[] = {"no_text",      "missing_text",        "msg_too_long",   "invalid_payload",
                                          "too_many_att", "webhook.text.length", "parse.app_error"};
  return std::any_of(std::begin(kFaults), std::end(kFaults),
                     [&](std::string_view fault) { return answer.find(fault) != std::string::npos; });
}

}  // namespace

std::string SlackBody(const Message& message, WallTime now, std::string_view public_url) {
  const TrustedWords trusted(message, public_url);
  std::vector<std::string> lines = ChatLines(message, now, public_url);
  for (std::string& line : lines) line = SlackEscaped(WithoutMarkdown(line, trusted));
  lines.front() = '*' + lines.front() + '*';
  return JsonText([&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("text", Fit(lines, kMaxBytes, [](std::string_view text) { return text.size(); }));
    out.EndObject();
  });
}

Delivery SlackVerdict(const HttpAnswer& answer, const std::vector<std::string>& secrets) {
  Delivery delivery = DeliveryOf(answer, secrets);
  if (delivery.result == Delivery::Result::kRefused && answer.status != 413 && !is_about_the_text(answer.body))
    delivery.result = Delivery::Result::kDeferred;
  return delivery;
}

Delivery SlackNotifier::Send(const Message& message) {
  return SlackVerdict(client_.PostJson(webhook_url_, SlackBody(message, WallNow(), public_url_)),
                      SecretsOfUrl(webhook_url_));
}

std::unique_ptr<Notifier> MakeSlackNotifier(const Config& config) {
  return std::make_unique<SlackNotifier>(config.SettingOf(Channel::kSlack, "webhook_url"),
                                         config.SettingOf(Channel::kSlack, "ca_file"), config.public_url);
}

}  // namespace linewatch
