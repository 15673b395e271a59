#include "store/channel.h"

#include "store/config.h"
#include "store/json/json.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("without settings no channel is set up, and each says what it wants", "[channel]") {
  const Config config;
  CHECK(MissingSettings("smtp", config) == Names{"smtp.host", "smtp.from", "smtp.to"});
  CHECK(MissingSettings("telegram", config) == Names{"telegram.token", "telegram.chat_id"});
  CHECK(MissingSettings("slack", config) == Names{"slack.webhook_url"});
  CHECK(MissingSettings("webhook", config) == Names{"webhook.url"});
}

TEST_CASE("mail may go to the recipients of routes alone", "[channel]") {
  Config config;
  config.smtp.host = "localhost";
  config.smtp.from = "noc@example.net";
  CHECK(MissingSettings("smtp", config) == Names{"smtp.to"});
  config.routes = {{"North", {"north@example.net"}, {}}};
  CHECK(is_set_up("smtp", config));
}

TEST_CASE("what nobody may see of a channel is marked as secret", "[channel]") {
  rapidjson::Document schema;
  for (const auto& [channel, secret] :
       {std::pair(Channel::kSmtp, "password"), std::pair(Channel::kTelegram, "token"),
        std::pair(Channel::kSlack, "webhook_url"), std::pair(Channel::kWebhook, "secret")}) {
    REQUIRE_FALSE(ParseJson(SchemaOf(channel), schema));
    CHECK(schema["properties"][secret]["writeOnly"].GetBool());
  }
  CHECK_FALSE(schema["properties"]["url"].HasMember("writeOnly"));
}

}  // namespace
}  // namespace linewatch
