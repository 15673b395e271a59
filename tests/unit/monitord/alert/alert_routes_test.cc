#include "monitord/alert/alert_routes.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Names = std::vector<std::string>;

const Names kConfigured = {"smtp", "telegram", "slack"};

Alert Of(const std::string& group, const std::string& host = "a") {
  Alert alert;
  alert.host = host;
  alert.group = group;
  return alert;
}
Config WithRoutes(std::vector<Config::Route> routes) {
  Config config;
  config.smtp.to = {"noc@example.org"};
  config.routes = std::move(routes);
  return config;
}

TEST_CASE("without routes every channel gets everything, but those that are a fallback", "[alert_routes]") {
  Config config = WithRoutes({});
  config.fallback = {"slack"};
  const auto messages = RouteAlerts({Of("north"), Of(""), Of("south")}, config, kConfigured);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].channels == Names{"smtp", "telegram"});
  CHECK(messages[0].smtp_to == Names{"noc@example.org"});
  CHECK(messages[0].alerts.size() == 3);

  CHECK(RouteAlerts({Of("")}, config, {"slack"})[0].channels == Names{"slack"});
  CHECK(RouteAlerts({Of("")}, config, {})[0].channels.empty());
}

TEST_CASE("a group's routes name who gets its alerts instead", "[alert_routes]") {
  const Config config = WithRoutes({{"north", {"nora@example.org"}, {}},
                                    {"north", {"nils@example.org", "nora@example.org"}, {"telegram", "smtp"}},
                                    {"south", {}, {"slack"}},
                                    {"east", {}, {"webhook"}}});
  const auto messages =
      RouteAlerts({Of("north"), Of("south"), Of("north"), Of("east"), Of("west")}, config, kConfigured);
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].channels == Names{"smtp", "telegram"});
  CHECK(messages[0].smtp_to == Names{"nora@example.org", "nils@example.org"});
  CHECK(messages[0].alerts.size() == 2);
  CHECK(messages[1].channels == Names{"slack"});
  // The only channel of the east is not configured: its alerts go the way of the west.
  CHECK(messages[2].channels == kConfigured);
  CHECK(messages[2].alerts.size() == 2);
}

TEST_CASE("other recipients are no other message where no mail is sent", "[alert_routes]") {
  const Config config = WithRoutes({{"north", {"nora@example.org"}, {}}});
  CHECK(RouteAlerts({Of("north"), Of("south")}, config, {"telegram"}).size() == 1);
  Config with_fallback = config;
  with_fallback.fallback = {"smtp"};
  CHECK(RouteAlerts({Of("north"), Of("south")}, with_fallback, {"smtp", "telegram"}).size() == 2);
}

TEST_CASE("an alert about monitord itself goes the usual way", "[alert_routes]") {
  const Config config = WithRoutes({{"north", {}, {"slack"}}});
  CHECK(RouteAlerts({Of("north", "")}, config, kConfigured)[0].channels == kConfigured);
}

TEST_CASE("a root cause is named only to those who are notified of it", "[alert_routes]") {
  const Config config = WithRoutes({{"north", {}, {"slack"}}});
  Alert north = Of("north", "line"), south = Of("south", "other");
  north.below = south.below = "router";
  const auto messages = RouteAlerts({Of("", "router"), north, south}, config, kConfigured);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].alerts[1].below == "router");
  CHECK(messages[1].alerts[0].below.empty());
  CHECK(messages[1].alerts[0].host == "line");
}

}  // namespace
}  // namespace linewatch
