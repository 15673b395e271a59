// Alerts by Telegram: https://core.telegram.org/bots/api#sendmessage
#ifndef LINEWATCH_MONITORD_NOTIFY_TELEGRAM_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_TELEGRAM_NOTIFIER_H_

#include <string>

#include "monitord/notify/http_client.h"
#include "monitord/notify/notifier.h"

namespace linewatch {

class TelegramNotifier : public Notifier {
 public:
  explicit TelegramNotifier(const Config::Telegram& telegram) : telegram_(telegram) {}

  Delivery Send(const Message& message) override;
  void Cancel() override { client_.Cancel(); }

 private:
  const Config::Telegram telegram_;
  HttpClient client_;
};

// What is posted: plain text, which needs no escapes, cut at the end of a line to what Telegram takes.
std::string TelegramBody(const std::string& chat_id, const Message& message, WallTime now);

// What Telegram's answer means. A chat that is not found is for the settings to mend; a text that is not wanted is
// refused for good.
Delivery TelegramVerdict(const HttpAnswer& answer, const std::string& token);

ChannelKind TelegramChannel();

}  // namespace linewatch

#endif
