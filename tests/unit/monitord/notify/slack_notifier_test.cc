#include "monitord/notify/slack_notifier.h"

#include "store/json/json.h"
#include "tests/unit/catch.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using Result = Delivery::Result;

const WallTime kThen = FromUnixSeconds(1700000000);

Message Sample() {
  Message message;
  message.queued = kThen;
  message.subject = "DOWN *A* & <!channel>";
  message.text = "no answer > 1 s\n";
  return message;
}

std::string TextOf(const std::string& body) {
  rapidjson::Document json;
  REQUIRE_FALSE(ParseJson(body, json));
  return std::string(StringOf(*FindMember(json, "text")));
}

TEST_CASE("Slack shows the subject in bold, and nobody is called by a name", "[slack_notifier]") {
  CHECK(TextOf(SlackBody(Sample(), kThen)) == "*DOWN ∗A∗ &amp; &lt;!channel&gt;*\nno answer &gt; 1 s");
}

TEST_CASE("what outsiders write is neither markup nor a call in Slack and Mattermost", "[slack_notifier]") {
  Message message = Sample();
  message.text = "banner: _x_ [log in](http://evil.example) @channel <!here> `rm`\n";
  CHECK(TextOf(SlackBody(message, kThen))
            .ends_with("banner: ˍxˍ [log in] (http:∕∕evil․example) ＠channel &lt;!here&gt; ˋrmˋ"));
}

TEST_CASE("a webhook or a channel that is gone keeps the message, a text that is not wanted does not",
          "[slack_notifier]") {
  const auto result = [](int status, std::string body) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return SlackVerdict(answer, {}).result;
  };
  CHECK(result(410, "channel_is_archived") == Result::kDeferred);
  CHECK(result(400, "user_not_found") == Result::kDeferred);
  CHECK(result(400, R"({"id":"web.incoming_webhook.invalid.app_error"})") == Result::kDeferred);
  CHECK(result(403, "action_prohibited") == Result::kDeferred);
  CHECK(result(400, "invalid_payload") == Result::kRefused);
  CHECK(result(400, "no_text") == Result::kRefused);
  CHECK(result(413, "") == Result::kRefused);
}

TEST_CASE("a long message to Slack is short enough for Mattermost", "[slack_notifier]") {
  Message message = Sample();
  for (int i = 0; i < 3000; ++i) message.text += "<host>\n";
  const std::string text = TextOf(SlackBody(message, kThen));
  CHECK(text.size() <= 16000);
  CHECK(text.size() > 15900);
  CHECK(text.ends_with(" more lines"));
}

TEST_CASE("what Slack says to a message is shown, and where the webhook is, is not", "[slack_notifier]") {
  const ScriptedServer server(Answering("200 OK", "ok"));
  const auto taken = SlackNotifier(server.url() + "/services/T0/s3cret").Send(Sample());
  CHECK(taken.result == Result::kAccepted);
  CHECK(taken.answer == "status 200: ok");
  const ScriptedServer gone(Answering("404 Not Found", "no_service /services/T0/s3cret"));
  const auto deferred = SlackNotifier(gone.url() + "/services/T0/s3cret").Send(Sample());
  CHECK(deferred.result == Result::kDeferred);
  CHECK(deferred.answer == "status 404: no_service ***");
}

}  // namespace
}  // namespace linewatch
