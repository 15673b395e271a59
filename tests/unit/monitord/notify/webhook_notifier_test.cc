#include "monitord/notify/webhook_notifier.h"

#include "store/json/json.h"
#include "store/webhook_template.h"
#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/temp_dir.h"

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

WebhookSettings WithTemplate(const std::string& text) {
  WebhookSettings webhook;
  webhook.body_template = text;
  webhook.title = "NOC";
  webhook.public_url = "https://noc.example.net/";
  return webhook;
}

TEST_CASE("a template is filled with what is known of the message, escaped", "[webhook_notifier]") {
  const auto filled = [](const std::string& text) { return TemplateBody(WithTemplate(text), Sample(), kThen); };
  CHECK(filled(R"({"title":"{subject}","at":{t},"raw":{subject},"names":"{hosts.name}","who":{title}})") ==
        R"({"title":"DOWN \"A\"","at":1700000000,"raw":"DOWN \"A\"","names":"A, A","who":"NOC"})");
  CHECK(filled(R"({"text":"{text}","e":"{event}/{hosts.event}","s":"{hosts.seconds}|{hosts.since}|{hosts.status}"})") ==
        R"({"text":"DOWN \"A\"\nno answer","e":"down/down, recovery",)"
        R"("s":"9.5, null|1699999990.5, null|down, up"})");
  CHECK(filled(R"({"hosts":{hosts}})").starts_with(R"({"hosts":[{"id":"a1","name":"A",)"));
  rapidjson::Document parsed;
  for (const auto& [name, example] : TemplateExamples()) {
    INFO(name);
    CHECK_FALSE(ParseJson(filled("[{" + std::string(name) + "}, \"{" + std::string(name) + "}\"]"), parsed));
    CHECK(parsed.Size() == 2);
  }
}

TEST_CASE("what outsiders write stays harmless in a template, and whole in the usual body", "[webhook_notifier]") {
  Message message = Sample();
  message.alerts.resize(1);
  message.alerts.front().reason = "\"@everyone\\ http://evil.example";
  message.text = message.alerts.front().reason + '\n';
  const std::string body = TemplateBody(WithTemplate(R"({"a":"{text}","b":"{hosts.reason}"})"), message, kThen);
  CHECK(body.find("@everyone\\") == std::string::npos);
  CHECK(body.find("http://evil") == std::string::npos);
  rapidjson::Document parsed;
  CHECK_FALSE(ParseJson(body, parsed));
  CHECK_THAT(WebhookBody(message, kThen), ContainsSubstring("http://evil.example"));
}

TEST_CASE("a webhook gets the headers that are set, and their values are in no answer", "[webhook_notifier]") {
  const ScriptedServer server(Answering("403 Forbidden", "no Bearer s3cret-token here, nor s3cret-token"));
  WebhookSettings webhook;
  webhook.url = server.url() + "/alerts";
  webhook.headers = "Authorization: Bearer s3cret-token\nX-Empty: \ncontent-type: text/json\n";
  const auto delivery = WebhookNotifier(webhook).Send(Sample());
  CHECK(delivery.result == Delivery::Result::kDeferred);
  CHECK(delivery.answer == "status 403: no *** here, nor ***");
  const std::string heard = server.heard();
  CHECK_THAT(heard, ContainsSubstring("\r\nAuthorization: Bearer s3cret-token\r\n"));
  CHECK_THAT(heard, ContainsSubstring("\r\nX-Empty:\r\n"));
  CHECK_THAT(heard, ContainsSubstring("\r\ncontent-type: text/json\r\n"));
  CHECK(heard.find("application/json") == std::string::npos);
}

TEST_CASE("a body of one's own that is not understood is for the settings to mend", "[webhook_notifier]") {
  const auto result = [](int status, const WebhookSettings& webhook) {
    HttpAnswer answer;
    answer.status = status;
    return WebhookVerdict(answer, webhook).result;
  };
  for (const int status : {400, 422}) {
    CHECK(result(status, WithTemplate("{}")) == Delivery::Result::kDeferred);
    CHECK(result(status, {}) == Delivery::Result::kRefused);
  }
  CHECK(result(410, {}) == Delivery::Result::kDeferred);
  CHECK(result(413, WithTemplate("{}")) == Delivery::Result::kRefused);
}

TEST_CASE("a webhook of a private authority is called when ca_file names it", "[webhook_notifier]") {
  const TempDir dir;
  const auto authority = MakeCertificate({.subject = "authority", .is_authority = true});
  const auto shown = MakeCertificate({.names = "IP:127.0.0.1", .issuer = &authority});
  WritePem(authority, dir.path() / "ca.pem");
  const ScriptedServer server([&](ScriptedServer::Connection& peer) {
    const auto tls = ServerSide(shown);
    SSL_set_fd(tls.get(), peer.fd());
    char buffer[4096];
    if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), buffer, sizeof buffer) <= 0) return;
    constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    SSL_write(tls.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
    SSL_shutdown(tls.get());
  });
  WebhookSettings webhook;
  webhook.url = "https" + server.url().substr(4);
  const auto unknown = WebhookNotifier(webhook).Send(Sample());
  CHECK(unknown.result == Delivery::Result::kDeferred);
  CHECK_THAT(unknown.answer, ContainsSubstring("certificate"));
  webhook.ca_file = dir.path() / "ca.pem";
  CHECK(WebhookNotifier(webhook).Send(Sample()).result == Delivery::Result::kAccepted);
  webhook.ca_file = dir.path() / "none.pem";
  CHECK(WebhookNotifier(webhook).Send(Sample()).answer ==
        "ca_file cannot be used, expected a file of certificates in PEM form");
}

}  // namespace
}  // namespace linewatch
