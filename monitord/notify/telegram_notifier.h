// Alerts by Telegram: https://core.telegram.org/bots/api#sendmessage
#ifndef LINEWATCH_MONITORD_NOTIFY_TELEGRAM_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_TELEGRAM_NOTIFIER_H_

#include <string>
#include <utility>

#include "monitord/notify/http_client.h"
#include "monitord/notify/notifier.h"

namespace linewatch {

struct TelegramSettings {
  std::string token, chat_id;
  std::string api_url;  // empty: Telegram's own
};

class TelegramNotifier : public Notifier {
 public:
  explicit TelegramNotifier(TelegramSettings telegram) : telegram_(std::move(telegram)) {}

  Delivery Send(const Message& message) override;
  void Cancel() override { client_.Cancel(); }

 private:
  const TelegramSettings telegram_;
  HttpClient client_;
};

// What is posted: plain text, which needs no escapes, cut at the end of a line to what Telegram takes.
std::string TelegramBody(const std::string& chat_id, const Message& message, WallTime now);

// What Telegram's answer means. A chat that is not found defers the message, for other settings can mend that; a text
// that is not wanted is refused for good.
Delivery TelegramVerdict(const HttpAnswer& answer, const std::string& token);

}  // namespace linewatch

#endif
