#include "store/config.h"

#include <stdexcept>

#include "store/json/json.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

Config Good(const std::string& text) {
  const auto result = ParseConfig(text);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&result)) FAIL(Describe(*errors));
  return std::get<Config>(result);
}
std::string Fault(const std::string& text) {
  const auto result = ParseConfig(text);
  const auto* errors = std::get_if<std::vector<FieldError>>(&result);
  return errors == nullptr ? "no fault" : Describe(*errors);
}
std::string Shown(const Config& config) {
  return JsonText([&](JsonWriter& out) { WriteConfig(out, config); });
}

TEST_CASE("every setting has a default", "[config]") {
  const Config config = Good("{}");
  CHECK(config.interval == std::chrono::seconds(10));
  CHECK(config.timeout == std::chrono::seconds(1));
  CHECK(config.retries == 2);
  CHECK(config.fail_threshold == 10);
  CHECK(config.email_cooldown == std::chrono::hours(1));
  CHECK(config.access.anonymous == Role::kViewer);
}

TEST_CASE("settings of all kinds are read", "[config]") {
  const Config config = Good(R"({"interval":1.5,"timeout":0.05,"uplinks":["10.0.0.1","gw.example.org"],
    "smtp":{"host":"mail.example.org","port":587,"password":"s3cret","to":["noc@example.org"]},
    "access":{"anonymous":"operator","roles":{"alice":"admin","bob":"viewer"}},
    "routes":[{"group":"north","channels":["slack"]}],"timezone":"Europe/Berlin","title":"NOC"})");
  CHECK(config.interval == std::chrono::milliseconds(1500));
  CHECK(config.smtp.port == 587);
  CHECK(config.smtp.password.text == "s3cret");
  CHECK(config.access.roles.at("alice") == Role::kAdmin);
  CHECK(config.routes[0].channels == std::vector<std::string>{"slack"});
}

TEST_CASE("maintenance of a group is read and written like that of a line", "[config]") {
  const std::string text = R"("maintenance":[{"group":"north","from":1763800000,"to":1763803600,"note":"mast"},)"
                           R"({"group":"south","days":[1,7],"from":"23:00","to":"02:05","note":""}])";
  const Config config = Good("{" + text + "}");
  REQUIRE(config.maintenance.size() == 2);
  CHECK(config.maintenance[0].group == "north");
  CHECK(UnixSeconds(config.maintenance[0].window.once->to) == 1763803600);
  CHECK(config.maintenance[1].window.weekly->to == 125);
  CHECK_THAT(JsonText([&](JsonWriter& out) { WriteConfig(out, config); }), Catch::Matchers::ContainsSubstring(text));

  CHECK(Fault(R"({"maintenance":[{"from":1,"to":2}]})").starts_with("maintenance[0]"));
  CHECK(Fault(R"({"maintenance":[{"group":"","from":1,"to":2}]})").starts_with("maintenance[0]"));
  CHECK(
      Fault(R"({"maintenance":[{"group":"a","days":[8],"from":"1:00","to":"02:00"}]})").starts_with("maintenance[0]"));
  CHECK_THAT(Fault(R"({"maintenance":[{"group":"a","from":2,"to":1}]})"),
             Catch::Matchers::ContainsSubstring("expected a window that ends after it begins"));
}

TEST_CASE("a fault names the key, its value and what was expected", "[config]") {
  CHECK(Fault(R"({"interval":0})") == "interval is 0: expected a number of seconds from 1 to 86400");
  CHECK(Fault(R"({"interval":"10"})") == R"(interval is "10": expected a number of seconds from 1 to 86400)");
  CHECK(Fault(R"({"retry":3})") == "retry: unknown field");
  CHECK(Fault(R"({"smtp":{"hots":"x"}})") == "smtp.hots: unknown field");
  CHECK(Fault(R"({"smtp":{"port":70000}})") == "smtp.port is 70000: expected a whole number from 1 to 65535");
  CHECK(Fault(R"({"timeout":10})") ==
        "timeout is 10: expected less than the interval, so that two cycles never overlap");
  CHECK(Fault(R"({"uplinks":["10.0.0.1","nope!"]})") ==
        "uplinks[1] is nope!: expected an IPv4 or IPv6 address or a domain name");
  CHECK(Fault(R"({"timezone":"Mars/Olympus"})") ==
        "timezone is Mars/Olympus: expected a name of the time zone database, such as Europe/Berlin");
  CHECK(Fault(R"({"timezone":"../../etc/passwd"})").starts_with("timezone"));
  CHECK(Fault(R"({"access":{"roles":{"alice":"root"}}})").starts_with("access.roles.alice is \"root\": expected"));
  CHECK(Fault(R"({"title":"a\r\nBcc: x"})") == "title: expected no control characters");
  CHECK(Fault("[]") == "expected an object");
  CHECK(Fault("{\n\"interval\": 10,\n}").starts_with("line 3: "));
  CHECK(Fault("") != "no fault");
}

TEST_CASE("the broker may be shown a certificate, by the name of a file alone", "[config]") {
  const Config config = Good(R"({"mqtt":{"client_cert":"meter-1.pem","client_key":"meter-1.key"}})");
  CHECK(config.mqtt.client_cert == "meter-1.pem");
  CHECK(config.mqtt.client_key == "meter-1.key");
  CHECK_THAT(Shown(config), Catch::Matchers::ContainsSubstring(R"("client_cert":"meter-1.pem")"));
  CHECK(Good(R"({"mqtt":{"client_cert":""}})").mqtt.client_cert.empty());
  for (const char* bad : {"../a.pem", "/etc/a.pem", "a/b.pem", ".a", "a b"})
    CHECK_THAT(Fault(R"({"mqtt":{"client_cert":")" + std::string(bad) + R"("}})"),
               Catch::Matchers::ContainsSubstring("expected the name of a file in keys/ of the data folder"));
}

TEST_CASE("a secret is shown to nobody, not even in a fault", "[config]") {
  const Config config = Good(R"({"smtp":{"password":"s3cret"},"telegram":{"token":"t0ken"},
    "slack":{"webhook_url":"https://h00k"},"webhook":{"secret":"sh4red"},"mqtt":{"password":"m0tt"}})");
  const std::string shown = Shown(config);
  for (const char* secret : {"s3cret", "t0ken", "h00k", "sh4red", "m0tt"})
    CHECK_THAT(shown, !Catch::Matchers::ContainsSubstring(secret));
  CHECK_THAT(shown, Catch::Matchers::ContainsSubstring(R"("password":{"set":true})"));
  CHECK_THAT(Shown(Good("{}")), Catch::Matchers::ContainsSubstring(R"("token":null)"));
  CHECK(Fault(R"({"smtp":{"password":["s3cret"]}})") == "smtp.password: expected at most 1000 characters");
}

TEST_CASE("each channel may be fallen back to and be a group's own", "[config]") {
  for (const std::string_view name : kChannelNames) {
    const std::string list = "[\"" + std::string(name) + "\"]";
    CHECK(Good("{\"fallback\":" + list + "}").fallback == std::vector<std::string>{std::string(name)});
    CHECK(Good(R"({"routes":[{"group":"a","channels":)" + list + "}]}").routes.at(0).channels.at(0) == name);
  }
  CHECK(
      Fault(R"({"fallback":["pigeon"]})").starts_with("fallback[0] is \"pigeon\": expected a list of smtp, telegram"));
}

TEST_CASE("a channel shows every setting that it takes", "[config]") {
  rapidjson::Document shown;
  REQUIRE_FALSE(ParseJson(Shown(Config()), shown));
  for (size_t i = 0; i < kChannelNames.size(); ++i) {
    const auto* settings = FindMember(shown, kChannelNames[i]);
    REQUIRE(settings != nullptr);
    std::vector<std::string_view> names, taken;
    for (const auto& member : settings->GetObject()) names.push_back(StringOf(member.name));
    for (const ChannelSetting& setting : TraitsOf(static_cast<Channel>(i)).settings) taken.push_back(setting.name);
    CHECK(names == taken);
  }
}

TEST_CASE("a setting that a channel does not have is a mistake in the program", "[config]") {
  const Config config = Good(R"({"telegram":{"chat_id":"-77"}})");
  CHECK(config.SettingOf(Channel::kTelegram, "chat_id") == "-77");
  CHECK(config.SettingOf(Channel::kTelegram, "token").empty());
  CHECK_THROWS_AS(config.SettingOf(Channel::kTelegram, "chat"), std::logic_error);
}

TEST_CASE("how a mail is secured has three names", "[config]") {
  CHECK(Good("{}").smtp.security == MailSecurity::kStartTls);
  CHECK(Good(R"({"smtp":{"security":"tls"}})").smtp.security == MailSecurity::kTls);
  CHECK(Good(R"({"smtp":{"security":"none"}})").smtp.security == MailSecurity::kNone);
  CHECK_THAT(Shown(Good("{}")), Catch::Matchers::ContainsSubstring(R"("security":"starttls")"));
  CHECK(Fault(R"({"smtp":{"security":"ssl"}})") == "smtp.security is \"ssl\": expected none, starttls or tls");
}

std::string Patched(const std::string& text, const std::string& patch) {
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(patch, document));
  const auto result = PatchConfig(text, document);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&result)) return Describe(*errors);
  return std::get<std::string>(result);
}

TEST_CASE("a patch changes what it names and keeps the rest", "[config]") {
  CHECK(Patched(R"({"title":"A","interval":20})", R"({"interval":30})") ==
        "{\n  \"title\": \"A\",\n  \"interval\": 30\n}\n");
  CHECK(Patched(R"({"title":"A","interval":20})", R"({"interval":null})") == "{\n  \"title\": \"A\"\n}\n");
  CHECK(Patched("{}", R"({"interval":0})").starts_with("interval is 0"));
}

TEST_CASE("the headers of a webhook are shown by their names, sent back, changed and taken away one by one",
          "[config]") {
  const std::string text =
      R"({"webhook":{"url":"http://a/","headers":{"Authorization":"Bearer s3cret","X-Key":"k1"}}})";
  const auto config = std::get<Config>(ParseConfig(text));
  CHECK(config.SettingOf(Channel::kWebhook, "headers") == "Authorization: Bearer s3cret\nX-Key: k1\n");
  CHECK(
      HeadersIn(config.SettingOf(Channel::kWebhook, "headers")) ==
      std::vector<std::pair<std::string_view, std::string_view>>{{"Authorization", "Bearer s3cret"}, {"X-Key", "k1"}});
  const std::string shown = JsonText([&](JsonWriter& out) { WriteConfig(out, config); });
  CHECK_THAT(shown,
             Catch::Matchers::ContainsSubstring(R"("headers":{"Authorization":{"set":true},"X-Key":{"set":true}})"));
  CHECK_THAT(shown, !Catch::Matchers::ContainsSubstring("s3cret"));
  rapidjson::Document patch;
  REQUIRE_FALSE(ParseJson(R"({"webhook":{"headers":{"Authorization":{"set":true},"X-Key":null,"X-New":"n"}}})", patch));
  const auto patched = PatchConfig(text, patch);
  REQUIRE(std::holds_alternative<std::string>(patched));
  CHECK(std::get<Config>(ParseConfig(std::get<std::string>(patched))).SettingOf(Channel::kWebhook, "headers") ==
        "Authorization: Bearer s3cret\nX-New: n\n");
}

TEST_CASE("what a channel cannot use is refused by the name of its field", "[config]") {
  const auto fields = [](const std::string& text) {
    std::vector<std::string> names;
    const auto parsed = ParseConfig(text);
    if (const auto* errors = std::get_if<std::vector<FieldError>>(&parsed))
      for (const FieldError& error : *errors) names.push_back(error.field);
    return names;
  };
  using Names = std::vector<std::string>;
  for (const char* const header : {"Content-Length", "a b", "X:", "X\\nY", ""})
    CHECK(fields(R"({"webhook":{"headers":{")" + std::string(header) + R"(":"v"}}})") == Names{"webhook.headers"});
  CHECK(fields(R"({"webhook":{"headers":{"X-Key":"a\nb"}}})") == Names{"webhook.headers.X-Key"});
  CHECK(fields(R"({"webhook":{"template":"{\"a\": \"{nobody}\"}"}})") == Names{"webhook.template"});
  CHECK(fields(R"({"webhook":{"template":"{\n\t\"a\": \"{text}\"\n}"}})").empty());
  CHECK(fields(R"({"webhook":{"template":"\u0007"}})").front() == "webhook.template");
  CHECK(fields(R"({"slack":{"ca_file":"/a\nb"}})") == Names{"slack.ca_file"});
  for (const char* const name : {"mon.example.org", "mon", "[192.0.2.1]", "[IPv6:2001:db8::1]", ""})
    CHECK(fields(R"({"smtp":{"helo":")" + std::string(name) + R"("}})").empty());
  for (const char* const name : {"a b", "-a", "a.", "[x y]", "<a>", "\\u00fc.example"})
    CHECK(fields(R"({"smtp":{"helo":")" + std::string(name) + R"("}})") == Names{"smtp.helo"});
  CHECK(fields(R"({"telegram":{"topic":"45"}})").empty());
  for (const char* const topic : {"x", "-1", "12345678901"})
    CHECK(fields(R"({"telegram":{"topic":")" + std::string(topic) + R"("}})") == Names{"telegram.topic"});
}

TEST_CASE("what was shown of the settings can be sent back, and no secret is lost by it", "[config]") {
  const std::string text = R"({"smtp":{"host":"m","password":"s3cret"},"webhook":{"url":"http://a/"}})";
  const std::string after = Patched(text, Shown(Good(text)));
  CHECK(Good(after).smtp.password.text == "s3cret");
  CHECK(Good(after).SettingOf(Channel::kWebhook, "url") == "http://a/");
  CHECK(Good(after).SettingOf(Channel::kTelegram, "token").empty());
  const std::string removed = Patched(text, R"({"smtp":{"password":null}})");
  CHECK(Good(removed).smtp.password.text.empty());
  CHECK(Good(removed).smtp.host == "m");
}

}  // namespace
}  // namespace linewatch
