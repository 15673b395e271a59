#include "monitord/notify/telegram_notifier.h"

#include <utility>

#include "store/json/json.h"
#include "tests/unit/catch.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Result = Delivery::Result;

const std::string kToken = "12:ab-C_d";

Message Sample() {
  Message message;
  message.id = "k3v9";
  message.queued = WallNow();
  message.subject = "DOWN <b>Server</b> \"A\"";
  message.text = "no answer within 1 s\n";
  return message;
}

Delivery Verdict(int status, const std::string& body) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = body;
  return TelegramVerdict(answer, kToken);
}

Delivery SendTo(const ScriptedServer& server, const std::string& token = kToken) {
  TelegramSettings telegram;
  telegram.api_url = server.url() + "/";
  telegram.token = token;
  telegram.chat_id = "-100123";
  return TelegramNotifier(telegram).Send(Sample());
}

std::string TextOf(const std::string& body) {
  rapidjson::Document json;
  REQUIRE_FALSE(ParseJson(body, json));
  return std::string(StringOf(*FindMember(json, "text")));
}

TEST_CASE("Telegram gets the message for the chat, as plain text", "[telegram_notifier]") {
  const ScriptedServer server(Answering("200 OK", R"({"ok":true,"result":{"message_id":5}})"));
  const auto delivery = SendTo(server);
  CHECK(delivery.result == Result::kAccepted);
  CHECK(delivery.answer == "ok");
  const std::string heard = server.heard();
  CHECK(heard.starts_with("POST /bot12:ab-C_d/sendMessage HTTP/1.1\r\n"));
  CHECK(
      heard.ends_with("{\"chat_id\":\"-100123\",\"text\":\"DOWN <b>Server</b> \\\"A\\\"\\nno answer within 1 s\","
                      "\"link_preview_options\":{\"is_disabled\":true}}"));
}

TEST_CASE("only what Telegram itself calls ok is delivered", "[telegram_notifier]") {
  CHECK(Verdict(200, "<html>log in first</html>").result == Result::kDeferred);
  CHECK(Verdict(200, R"({"ok":false,"description":"no"})").result == Result::kDeferred);
  CHECK(Verdict(200, "").result == Result::kDeferred);
  CHECK(Verdict(404, R"({"ok":false,"error_code":404,"description":"Not Found"})").result == Result::kDeferred);
  const auto unknown = Verdict(400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})");
  CHECK(unknown.result == Result::kDeferred);
  CHECK(unknown.answer == "Bad Request: chat not found");
  CHECK(Verdict(400, R"({"ok":false,"description":"Bad Request: message text is empty"})").result == Result::kRefused);
}

TEST_CASE("what people can mend in Telegram keeps the message", "[telegram_notifier]") {
  for (const char* const description :
       {"not enough rights to send text messages to the chat", "have no rights to send a message",
        "need administrator rights in the channel chat", "message thread not found", "TOPIC_CLOSED",
        "the message can't be sent to a closed topic", "group chat was deactivated", "PEER_ID_INVALID",
        "chat_id is empty", "CHAT_WRITE_FORBIDDEN", "group chat was upgraded to a supergroup chat",
        "bot was kicked from the group chat: no message can be sent"}) {
    INFO(description);
    CHECK(Verdict(400,
                  R"({"ok":false,"error_code":400,"description":"Bad Request: )" + std::string(description) + R"("})")
              .result == Result::kDeferred);
  }
  CHECK(
      Verdict(403, R"({"ok":false,"description":"Forbidden: bot can't send a message to a channel it left"})").result ==
      Result::kDeferred);
  CHECK(Verdict(413, "<html>too large</html>").result == Result::kDeferred);
  CHECK(Verdict(400, R"({"ok":false,"description":"Bad Request: message is too long"})").result == Result::kRefused);
  CHECK(Verdict(400, R"({"ok":false,"description":"Bad Request: MESSAGE_TOO_LONG"})").result == Result::kRefused);
}

TEST_CASE("a group that became a supergroup gets the message under its new id, which is kept", "[telegram_notifier]") {
  bool is_moved = false;
  const ScriptedServer server([&](ScriptedServer::Connection& peer) {
    if (!std::exchange(is_moved, true)) {
      Answering(
          "400 Bad Request",
          R"({"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat",)"
          R"("parameters":{"migrate_to_chat_id":-1001557912345}})")(peer);
    } else {
      Answering("200 OK", R"({"ok":true})")(peer);
    }
  });
  const auto delivery = SendTo(server);
  CHECK(delivery.result == Result::kAccepted);
  CHECK(delivery.answer == "ok (the group is a supergroup now, its chat id is -1001557912345)");
  REQUIRE(delivery.moved);
  CHECK(delivery.moved->setting == "chat_id");
  CHECK(delivery.moved->from == "-100123");
  CHECK(delivery.moved->to == "-1001557912345");
  CHECK_THAT(server.heard(), ContainsSubstring(R"({"chat_id":"-1001557912345",)"));
}

TEST_CASE("a message goes to the topic that is wanted, and to General by naming none", "[telegram_notifier]") {
  CHECK_THAT(TelegramBody("1", Sample(), WallNow(), "45"), ContainsSubstring(R"("message_thread_id":45,)"));
  for (const char* const none : {"", "0", "1"})
    CHECK(TelegramBody("1", Sample(), WallNow(), none).find("message_thread_id") == std::string::npos);
}

TEST_CASE("Telegram's own word on when to come back counts", "[telegram_notifier]") {
  const auto delivery =
      Verdict(429, R"({"ok":false,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}})");
  CHECK(delivery.result == Result::kDeferred);
  CHECK(delivery.retry_after == 7s);
}

TEST_CASE("the token is in no answer", "[telegram_notifier]") {
  const ScriptedServer server(Answering("404 Not Found", "no /bot" + kToken + "/sendMessage here"));
  const auto delivery = SendTo(server);
  CHECK(delivery.result == Result::kDeferred);
  CHECK_THAT(delivery.answer, ContainsSubstring("no /bot***/sendMessage here"));
  const auto odd = SendTo(server, "a/../b");
  CHECK(odd.result == Result::kDeferred);
  CHECK_THAT(odd.answer, ContainsSubstring("telegram.token: expected"));
}

TEST_CASE("a long message is cut at a line to what Telegram takes", "[telegram_notifier]") {
  Message message = Sample();
  // Two units each in UTF-16, four bytes in UTF-8.
  for (int i = 0; i < 500; ++i) message.text += "\xF0\x9F\x9A\xA8\xF0\x9F\x9A\xA8 host\n";
  const std::string text = TextOf(TelegramBody("1", message, WallNow()));
  CHECK_THAT(text, ContainsSubstring("… and "));
  CHECK(text.ends_with(" more lines"));
  size_t units = 0;
  for (const unsigned char c : text) units += (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1;
  CHECK(units <= 4096);
  CHECK(units > 4050);
}

}  // namespace
}  // namespace linewatch
