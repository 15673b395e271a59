#include "monitord/notify/webhook_notifier.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "monitord/notify/chat_text.h"
#include "monitord/notify/notifiers.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/text/ascii.h"

namespace linewatch {

std::string WebhookBody(const Message& message, WallTime now) {
  using std::chrono::milliseconds;
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
    out.StartArray();
    for (const Alert& alert : message.alerts) {
      if (alert.host.empty()) continue;
      std::optional<milliseconds> lasted;
      if (alert.since != kNever) lasted = std::chrono::duration_cast<milliseconds>(alert.t - alert.since);
      out.StartObject();
      write("id", alert.host);
      write("name", alert.name);
      write("ip", alert.ip);
      write("event", TraitsOf(alert.kind).event);
      write("status", NameOf(alert.status));
      write("since", alert.since);
      write("reason", alert.reason);
      write("seconds", lasted);
      out.EndObject();
    }
    out.EndArray();
    out.EndObject();
  });
}

std::string WebhookSignature(std::string_view secret, std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
  return "sha256=" + Hexadecimal({digest.data(), length});
}

Delivery WebhookNotifier::Send(const Message& message) {
  const std::string body = WebhookBody(message, WallNow());
  const std::string& secret = webhook_.secret;
  std::vector<std::string> headers;
  if (!secret.empty()) headers.push_back("X-Linewatch-Signature: " + WebhookSignature(secret, body));
  std::vector<std::string> secrets = SecretsOfUrl(webhook_.url);
  secrets.push_back(secret);
  return DeliveryOf(client_.PostJson(webhook_.url, body, headers), secrets);
}

std::unique_ptr<Notifier> MakeWebhookNotifier(const Config& config) {
  const auto setting = [&](std::string_view name) { return config.SettingOf(Channel::kWebhook, name); };
  return std::make_unique<WebhookNotifier>(WebhookSettings{setting("url"), setting("secret")});
}

}  // namespace linewatch
