#include "cgi/alert_api.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::seconds;
using Names = std::vector<std::string>;

constexpr const char* kConfig = R"({"access": {"anonymous": "admin"},
  "smtp": {"host": "mail.example", "from": "a@example.org", "to": ["noc@example.org"]},
  "slack": {"webhook_url": "https://hooks.example/x"}})";

// As monitord leaves it after a cycle.
void PublishRunning(Site& site, WatchState state = WatchState::kWatching) {
  HostList list;
  list.updated = WallNow();
  list.interval = seconds(10);
  list.monitor.state = state;
  list.monitor.since = WallNow();
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
}

QueuedMessage Waiting(const std::string& id, WallTime queued, const std::string& channel) {
  QueuedMessage waiting;
  waiting.message.id = id;
  waiting.message.queued = queued;
  waiting.message.subject = "DOWN Server A";
  waiting.message.to = {"noc@example.org"};
  for (const char* host : {"a", "b", "a"}) {
    waiting.message.alerts.emplace_back();
    waiting.message.alerts.back().host = host;
  }
  waiting.channel = channel;
  waiting.attempts = 2;
  waiting.next = queued + seconds(20);
  waiting.error = "421 try later";
  return waiting;
}

std::vector<std::string> Texts(const rapidjson::Value& list, const char* member) {
  std::vector<std::string> texts;
  for (const auto& entry : list.GetArray()) texts.emplace_back(entry[member].GetString());
  return texts;
}

TEST_CASE("what waits is shown with its hosts and its last error, and nobody's address", "[alert_api]") {
  Site site(kConfig);
  const WallTime queued = WallNow() - seconds(30);
  site.installation.outbox.Put(Waiting("m1", queued, "smtp"));
  const Response response = site.Send("GET", "/api/alerts");
  CHECK(response.status == 200);
  CHECK_THAT(std::string(response.body_text()), !ContainsSubstring("noc@"));
  const auto alerts = JsonOf(response);
  const auto& waiting = alerts["outbox"][0];
  CHECK(std::string(waiting["id"].GetString()) == "m1");
  CHECK(std::string(waiting["channel"].GetString()) == "smtp");
  CHECK(std::string(waiting["event"].GetString()) == "down");
  CHECK(std::string(waiting["subject"].GetString()) == "DOWN Server A");
  CHECK(waiting["hosts"].Size() == 2);
  CHECK(waiting["attempts"].GetInt() == 2);
  CHECK(waiting["next"].GetDouble() > waiting["queued"].GetDouble());
  CHECK(std::string(waiting["error"].GetString()) == "421 try later");
  CHECK(alerts["problems"].Empty());
  CHECK(alerts["channels"].Size() == 2);
}

TEST_CASE("what waits too long is a problem beside the alerts, in the words of health", "[alert_api]") {
  Site site;
  site.installation.outbox.Put(Waiting("m1", WallNow() - seconds(301), "smtp"));
  const auto alerts = JsonOf(site.Send("GET", "/api/alerts?sent=0"));
  CHECK(Texts(alerts["problems"], "code") == Names{"outbox_waiting"});
  CHECK(Texts(JsonOf(site.Send("GET", "/api/health"))["problems"], "message").back() ==
        alerts["problems"][0]["message"].GetString());
}

TEST_CASE("what was sent is shown newest first, for thirty days", "[alert_api]") {
  Site site;
  const WallTime now = WallNow();
  const auto day = std::chrono::days(1);
  site.installation.events.Append(
      {AlertEvent{now - 31 * day, "smtp", "long ago", {}, {AlertOutcome::kSent}, {}, "m0"},
       AlertEvent{now - 2 * day, "smtp", "second", {"a"}, {AlertOutcome::kGivenUp, "550 no"}, {}, "m1"},
       AlertEvent{now - 1 * day, "slack", "first", {"a"}, {AlertOutcome::kSent}, {}, "m2"},
       AlertEvent{now - 3 * day, "smtp", "third", {}, {AlertOutcome::kSent}, {}, "m3"}});
  const auto alerts = JsonOf(site.Send("GET", "/api/alerts"));
  CHECK(Texts(alerts["sent"], "subject") == Names{"first", "second", "third"});
  CHECK(Texts(alerts["sent"], "result") == Names{"sent", "given up: 550 no", "sent"});
  CHECK(Texts(alerts["sent"], "outcome") == Names{"sent", "given_up", "sent"});
  CHECK(Texts(alerts["sent"], "detail") == Names{"", "550 no", ""});
  CHECK(std::string(alerts["sent"][0]["hosts"][0].GetString()) == "a");
  CHECK(JsonOf(site.Send("GET", "/api/alerts?sent=0"))["sent"].Empty());
}

TEST_CASE("the list of what was sent has an end", "[alert_api]") {
  Site site;
  std::vector<Event> events;
  for (int i = 0; i < 250; ++i)
    events.push_back(
        AlertEvent{WallNow() - seconds(250 - i), "smtp", std::to_string(i), {}, {AlertOutcome::kSent}, {}, ""});
  site.installation.events.Append(events);
  const auto alerts = JsonOf(site.Send("GET", "/api/alerts"));
  CHECK(alerts["sent"].Size() == 200);
  CHECK(std::string(alerts["sent"][0]["subject"].GetString()) == "249");
}

TEST_CASE("an alert that only the log had is shown, and none is shown twice", "[alert_api]") {
  Site site;
  const WallTime t = WallNow() - seconds(100);
  site.installation.events.Append({AlertEvent{t, "log", "before channels", {}, {AlertOutcome::kLogged}, {}, ""},
                                   AlertEvent{t, "log", "no channel", {}, {AlertOutcome::kLogged}, {}, "m1"},
                                   AlertEvent{t, "log", "sent as well", {}, {AlertOutcome::kLogged}, {}, "m2"},
                                   AlertEvent{t, "smtp", "sent as well", {}, {AlertOutcome::kSent}, {}, "m2"},
                                   AlertEvent{t, "log", "waits", {}, {AlertOutcome::kLogged}, {}, "m3"}});
  site.installation.outbox.Put(Waiting("m3", t, "smtp"));
  const auto alerts = JsonOf(site.Send("GET", "/api/alerts"));
  CHECK(Texts(alerts["sent"], "subject") == Names{"before channels", "no channel", "sent as well"});
  CHECK(Texts(alerts["sent"], "channel") == Names{"log", "log", "smtp"});
}

TEST_CASE("a channel that is not set up is not tried, and the answer says what is wanted", "[alert_api]") {
  Site site(R"({"access": {"anonymous": "admin"}, "smtp": {"host": "mail.example"}, "telegram": {"chat_id": "7"}})");
  PublishRunning(site);
  const auto detail = [&](const std::string& channel) {
    const Response response = site.Send("POST", "/api/alerts/test", R"({"channel": ")" + channel + "\"}");
    CHECK(WrongFields(response) == Names{"channel"});
    return std::string(JsonOf(response)["detail"].GetString());
  };
  CHECK(detail("smtp") == "channel: smtp is not set up: smtp.from and smtp.to are wanted");
  CHECK(detail("telegram") == "channel: telegram is not set up: telegram.token is wanted");
  CHECK(detail("slack") == "channel: slack is not set up: slack.webhook_url is wanted");
  CHECK(detail("webhook") == "channel: webhook is not set up: webhook.url is wanted");
  detail("pigeon");
  CHECK(WrongFields(site.Send("POST", "/api/alerts/test", "{}")) == Names{"channel"});
  CHECK(WrongFields(site.Send("POST", "/api/alerts/test", "[]")) == Names{""});
  CHECK(site.installation.requests.Drain().empty());
}

TEST_CASE("the answer to a test message is the server's own", "[alert_api]") {
  Site site(kConfig);
  PublishRunning(site);
  Response response = site.Send("POST", "/api/alerts/test", R"({"channel": "smtp"})");
  REQUIRE(response.later);
  const auto asked = site.installation.requests.Drain();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].kind == linewatch::Request::Kind::kTest);
  CHECK(asked[0].channel == "smtp");

  SECTION("when it is good") {
    site.installation.answers.Put(asked[0].answer, {true, "250 2.0.0 Ok: queued"});
    response = response.later(RequestWith({}));
    CHECK(response.status == 200);
    CHECK(JsonOf(response)["ok"].GetBool());
    CHECK(std::string(JsonOf(response)["answer"].GetString()) == "250 2.0.0 Ok: queued");
  }
  SECTION("when it is bad") {
    site.installation.answers.Put(asked[0].answer, {false, "535 5.7.8 Username and Password not accepted"});
    response = response.later(RequestWith({}));
    CHECK(response.status == 502);
    CHECK(std::string(JsonOf(response)["detail"].GetString()) == "535 5.7.8 Username and Password not accepted");
  }
  CHECK(response.Header("Cache-Control") == "no-store");
}

TEST_CASE("one test message at a time", "[alert_api]") {
  Site site(kConfig);
  PublishRunning(site);
  {
    const Response first = site.Send("POST", "/api/alerts/test", R"({"channel": "smtp"})");
    CHECK(first.later);
    const Response second = site.Send("POST", "/api/alerts/test", R"({"channel": "slack"})");
    CHECK(second.status == 503);
    CHECK_FALSE(second.Header("Retry-After").empty());
    CHECK_FALSE(second.later);
  }
  CHECK(site.Send("POST", "/api/alerts/test", R"({"channel": "slack"})").later);
}

TEST_CASE("a test message waits for no monitor that does not run", "[alert_api]") {
  Site site(kConfig);
  const auto test = [&] { return site.Send("POST", "/api/alerts/test", R"({"channel": "smtp"})"); };
  CHECK(test().status == 503);
  PublishRunning(site, WatchState::kStopped);
  CHECK_THAT(std::string(test().body_text()), ContainsSubstring("monitord was stopped"));
  PublishRunning(site, WatchState::kBlind);
  CHECK(test().later);
}

}  // namespace
}  // namespace linewatch::cgi
