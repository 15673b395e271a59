// Alerts by Telegram: https://core.telegram.org/bots/api#sendmessage
#ifndef LINEWATCH_MONITORD_NOTIFY_TELEGRAM_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_TELEGRAM_NOTIFIER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "monitord/notify/http_client.h"
#include "monitord/notify/notifier.h"

namespace linewatch {

struct TelegramSettings {
  std::string token, chat_id;
  std::string api_url;          // empty: Telegram's own
  std::string topic;            // its number; empty: none
  std::string public_url = {};  // of the installation
};

class TelegramNotifier : public Notifier {
 public:
  explicit TelegramNotifier(TelegramSettings telegram) : telegram_(std::move(telegram)) {}

  Delivery Send(const Message& message) override;
  void Cancel() override { client_.Cancel(); }

 private:
  HttpAnswer Post(const std::string& chat_id, const Message& message);

  const TelegramSettings telegram_;
  HttpClient client_;
};

// What is posted: plain text, which needs no escapes, cut at the end of a line to what Telegram takes.
std::string TelegramBody(const std::string& chat_id, const Message& message, WallTime now, std::string_view topic = {},
                         std::string_view public_url = {});

// What Telegram's answer means. Refused for good is only a text that it would never take; whatever is said of the chat,
// its topic, the bot or its rights is for people to mend.
Delivery TelegramVerdict(const HttpAnswer& answer, const std::string& token);

// A group that became a supergroup has another id, and Telegram says which.
std::optional<std::string> SupergroupOf(const HttpAnswer& answer);

}  // namespace linewatch

#endif
