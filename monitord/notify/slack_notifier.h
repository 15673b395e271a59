// Alerts by an incoming webhook of Slack, or of Mattermost and what else takes the same.
#ifndef LINEWATCH_MONITORD_NOTIFY_SLACK_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_SLACK_NOTIFIER_H_

#include <string>

#include "monitord/notify/http_client.h"
#include "monitord/notify/notifier.h"

namespace linewatch {

class SlackNotifier : public Notifier {
 public:
  explicit SlackNotifier(std::string webhook_url) : webhook_url_(std::move(webhook_url)) {}

  Delivery Send(const Message& message) override;
  void Cancel() override { client_.Cancel(); }

 private:
  const std::string webhook_url_;
  HttpClient client_;
};

// What is posted: the subject in bold, the text below it, nothing of which is a link, a mention or a command.
std::string SlackBody(const Message& message, WallTime now);

}  // namespace linewatch

#endif
