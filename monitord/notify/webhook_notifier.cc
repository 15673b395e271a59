#include "monitord/notify/webhook_notifier.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "monitord/notify/chat_text.h"
#include "monitord/notify/notifiers.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/text/ascii.h"
#include "store/text/plain_text.h"
#include "store/webhook_template.h"

namespace linewatch {

namespace {

std::optional<std::chrono::milliseconds> LastedOf(const Alert& alert) {
  if (alert.since == kNever) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(alert.t - alert.since);
}

// `reason_of` answers what is said of the alert's reason.
void WriteHosts(JsonWriter& out, const Message& message,
                const std::function<std::string(const Alert& alert)>& reason_of) {
  const MemberWriter write(out);
  out.StartArray();
  for (const Alert& alert : message.alerts) {
    if (alert.host.empty()) continue;
    out.StartObject();
    write("id", alert.host);
    write("name", alert.name);
    write("ip", alert.ip);
    write("event", TraitsOf(alert.kind).event);
    write("status", NameOf(alert.status));
    write("since", alert.since);
    write("reason", reason_of(alert));
    write("seconds", LastedOf(alert));
    out.EndObject();
  }
  out.EndArray();
}

// `text_of` each of the message's hosts, separated by commas, as JSON.
std::string JoinedOf(const Message& message, const std::function<std::string(const Alert& alert)>& text_of) {
  std::string joined;
  for (const Alert& alert : message.alerts)
    if (!alert.host.empty()) joined += (joined.empty() ? "" : ", ") + text_of(alert);
  return JsonTextOf(joined);
}

}  // namespace

std::string WebhookBody(const Message& message, WallTime now) {
  return JsonText([&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("id", message.id);
    write("event", EventOf(message));
    write("t", message.queued);
    write("subject", message.subject);
    const std::string written = WrittenAt(message, now);
    write("text", written.empty() ? message.text : "(" + written + ")\n" + message.text);
    out.Key("hosts");
    WriteHosts(out, message, [](const Alert& alert) { return alert.reason; });
    out.EndObject();
  });
}

std::string TemplateBody(const WebhookSettings& webhook, const Message& message, WallTime now) {
  const TrustedWords trusted(message, webhook.public_url);
  const auto lines = ChatLines(message, now, webhook.public_url);
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  const auto reason_of = [&](const Alert& alert) { return HarmlessLine(WithoutControls(alert.reason), trusted); };
  const TemplateValues values = {
      {"event", JsonTextOf(EventOf(message))},
      {"hosts", JsonText([&](JsonWriter& out) { WriteHosts(out, message, reason_of); })},
      {"hosts.event", JoinedOf(message, [](const Alert& alert) { return std::string(TraitsOf(alert.kind).event); })},
      {"hosts.id", JoinedOf(message, [](const Alert& alert) { return alert.host; })},
      {"hosts.ip", JoinedOf(message, [](const Alert& alert) { return alert.ip; })},
      {"hosts.name", JoinedOf(message, [](const Alert& alert) { return alert.name; })},
      {"hosts.reason", JoinedOf(message, reason_of)},
      {"hosts.seconds", JoinedOf(message, [](const Alert& alert) { return JsonTextOf(LastedOf(alert)); })},
      {"hosts.since", JoinedOf(message, [](const Alert& alert) { return JsonTextOf(alert.since); })},
      {"hosts.status", JoinedOf(message, [](const Alert& alert) { return std::string(NameOf(alert.status)); })},
      {"id", JsonTextOf(message.id)},
      {"subject", JsonTextOf(lines.front())},
      {"t", JsonTextOf(message.queued)},
      {"text", JsonTextOf(text)},
      {"title", JsonTextOf(webhook.title)},
      {"url", JsonTextOf(webhook.public_url)}};
  return FillTemplate(webhook.body_template, values);
}

std::string WebhookSignature(std::string_view secret, std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
  return "sha256=" + Hexadecimal({digest.data(), length});
}

Delivery WebhookVerdict(const HttpAnswer& answer, const WebhookSettings& webhook) {
  std::vector<std::string> secrets = SecretsOfUrl(webhook.url);
  secrets.push_back(webhook.secret);
  for (const auto& [name, value] : HeadersIn(webhook.headers)) {
    secrets.emplace_back(value);
    secrets.emplace_back(value.substr(value.rfind(' ') + 1));  // the token alone, behind "Bearer"
  }
  Delivery delivery = DeliveryOf(answer, secrets);
  const bool is_of_settings = !webhook.body_template.empty() && (answer.status == 400 || answer.status == 422);
  if (answer.status == 410 || is_of_settings) delivery.result = Delivery::Result::kDeferred;
  return delivery;
}

Delivery WebhookNotifier::Send(const Message& message) {
  const WallTime now = WallNow();
  const std::string body =
      webhook_.body_template.empty() ? WebhookBody(message, now) : TemplateBody(webhook_, message, now);
  std::vector<std::string> headers;
  for (const auto& [name, value] : HeadersIn(webhook_.headers))
    headers.push_back(std::string(name).append(value.empty() ? ";" : ": ").append(value));
  if (!webhook_.secret.empty()) headers.push_back("X-Linewatch-Signature: " + WebhookSignature(webhook_.secret, body));
  return WebhookVerdict(client_.PostJson(webhook_.url, body, headers), webhook_);
}

std::unique_ptr<Notifier> MakeWebhookNotifier(const Config& config) {
  const auto setting = [&](std::string_view name) { return config.SettingOf(Channel::kWebhook, name); };
  return std::make_unique<WebhookNotifier>(WebhookSettings{.url = setting("url"),
                                                           .secret = setting("secret"),
                                                           .headers = setting("headers"),
                                                           .body_template = setting("template"),
                                                           .ca_file = setting("ca_file"),
                                                           .title = config.title,
                                                           .public_url = config.public_url});
}

}  // namespace linewatch
