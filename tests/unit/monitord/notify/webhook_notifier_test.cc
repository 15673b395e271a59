#include "monitord/notify/webhook_notifier.h"

#include "tests/unit/catch.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

const WallTime kThen = FromUnixSeconds(1700000000);

Message Sample() {
  Message message;
  message.id = "k3v9";
  message.queued = kThen;
  message.subject = "DOWN \"A\"";
  message.text = "no answer\n";
  Alert down;
  down.kind = AlertKind::kDown;
  down.t = kThen;
  down.since = kThen - 9500ms;
  down.host = "a1";
  down.name = "A";
  down.ip = "192.168.0.1";
  down.status = Status::kDown;
  down.reason = "no answer within 1 s";
  Alert back = down;
  back.kind = AlertKind::kRecovery;
  back.host = "b2";
  back.status = Status::kUp;
  back.reason = "";
  back.since = kNever;
  Alert test;
  test.kind = AlertKind::kTest;
  message.alerts = {down, back, test};
  return message;
}

TEST_CASE("a webhook gets each host with what happened to it", "[webhook_notifier]") {
  CHECK(WebhookBody(Sample(), kThen) ==
        R"({"id":"k3v9","event":"down","t":1700000000,"subject":"DOWN \"A\"","text":"no answer\n","hosts":[)"
        R"({"id":"a1","name":"A","ip":"192.168.0.1","event":"down","status":"down","since":1699999990.5,)"
        R"("reason":"no answer within 1 s","seconds":9.5},)"
        R"({"id":"b2","name":"A","ip":"192.168.0.1","event":"recovery","status":"up","since":null,)"
        R"("reason":"","seconds":null}]})");
}

TEST_CASE("a webhook hears of a late message when it was written", "[webhook_notifier]") {
  CHECK_THAT(WebhookBody(Sample(), kThen + 5min), ContainsSubstring("\"text\":\"(written at "));
}

TEST_CASE("a signature is the HMAC of RFC 4231", "[webhook_notifier]") {
  CHECK(WebhookSignature("Jefe", "what do ya want for nothing?") ==
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("with a secret a webhook is signed, without it is not", "[webhook_notifier]") {
  const ScriptedServer server(Answering("204 No Content"));
  WebhookSettings webhook;
  webhook.url = server.url() + "/alerts";
  CHECK(WebhookNotifier(webhook).Send(Sample()).result == Delivery::Result::kAccepted);
  CHECK(server.heard().find("X-Linewatch-Signature") == std::string::npos);
  webhook.secret = "s3cret";
  CHECK(WebhookNotifier(webhook).Send(Sample()).result == Delivery::Result::kAccepted);
  const std::string heard = server.heard();
  const std::string body = heard.substr(heard.rfind("\r\n\r\n") + 4);
  CHECK_THAT(heard, ContainsSubstring("\r\nX-Linewatch-Signature: " + WebhookSignature("s3cret", body) + "\r\n"));
}

}  // namespace
}  // namespace linewatch
