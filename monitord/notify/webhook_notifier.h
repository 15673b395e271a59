// Alerts as JSON, for programs.
//
//   {"id":"k3v9…","event":"down","t":1700000000,"subject":"…","text":"…","hosts":[
//     {"id":"x7…","name":"Server A","ip":"192.168.0.1","event":"down","status":"down","since":1699999990,
//      "reason":"no answer within 1 s","seconds":10}]}
//
// id        the same for each attempt: a receiver that has seen it drops the message
// event     down, recovery, degraded, flapping, blind or test: of the message the gravest, of a host its own
// t         when the message was written
// seconds   how long the condition had lasted when the alert fell due: in a recovery, how long it lasted
//
// An alert that is about no host is in subject and text alone. With a template (store/webhook_template.h) the body
// is what that says, for a chat most likely: subject, text and reasons are harmless there, as ChatLines makes them.
// With a secret, the header X-Linewatch-Signature is "sha256=" and the HMAC-SHA256 of the body with it, in
// hexadecimal.
#ifndef LINEWATCH_MONITORD_NOTIFY_WEBHOOK_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_WEBHOOK_NOTIFIER_H_

#include <string>
#include <string_view>
#include <utility>

#include "monitord/notify/http_client.h"
#include "monitord/notify/notifier.h"

namespace linewatch {

struct WebhookSettings {
  std::string url;
  std::string secret = {};         // empty: nothing is signed
  std::string headers = {};        // lines of "NAME: VALUE"
  std::string body_template = {};  // empty: WebhookBody
  std::string ca_file = {};
  std::string title = {}, public_url = {};  // of the installation
};

class WebhookNotifier : public Notifier {
 public:
  explicit WebhookNotifier(WebhookSettings webhook) : webhook_(std::move(webhook)), client_(webhook_.ca_file) {}

  Delivery Send(const Message& message) override;
  void Cancel() override { client_.Cancel(); }

 private:
  const WebhookSettings webhook_;
  HttpClient client_;
};

std::string WebhookBody(const Message& message, WallTime now);

// The body by a template that FaultInTemplate finds nothing wrong with.
std::string TemplateBody(const WebhookSettings& webhook, const Message& message, WallTime now);

// As DeliveryOf, but for an address that is gone, and for a body of the settings' making that is not understood: those
// can be mended.
Delivery WebhookVerdict(const HttpAnswer& answer, const WebhookSettings& webhook);

std::string WebhookSignature(std::string_view secret, std::string_view body);

}  // namespace linewatch

#endif
