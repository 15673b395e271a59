// Alerts by an incoming webhook of Slack, or of Mattermost and what else takes the same.
#ifndef LINEWATCH_MONITORD_NOTIFY_SLACK_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_SLACK_NOTIFIER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitord/notify/http_client.h"
#include "monitord/notify/notifier.h"

namespace linewatch {

class SlackNotifier : public Notifier {
 public:
  explicit SlackNotifier(std::string webhook_url, std::string ca_file = "", std::string public_url = "")
      : webhook_url_(std::move(webhook_url)), public_url_(std::move(public_url)), client_(std::move(ca_file)) {}

  Delivery Send(const Message& message) override;
  void Cancel() override { client_.Cancel(); }

 private:
  const std::string webhook_url_, public_url_;
  HttpClient client_;
};

// What is posted: the subject in bold, the text below it, nothing of which is markup, a mention or a command, nor a link
// but for those to the installation and to what it watches.
std::string SlackBody(const Message& message, WallTime now, std::string_view public_url = {});

// As DeliveryOf, but of what is refused only a text that is not wanted is refused for good: a channel or a webhook that is
// not there any more is for people to mend.
Delivery SlackVerdict(const HttpAnswer& answer, const std::vector<std::string>& secrets);

}  // namespace linewatch

#endif
