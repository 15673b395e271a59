#include "store/channel.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Names = std::vector<std::string_view>;

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

}  // namespace
}  // namespace linewatch
