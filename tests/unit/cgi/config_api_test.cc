#include "cgi/config_api.h"

#include <sys/stat.h>

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::ContainsSubstring;

const std::string kSecret = "hunter2";
const std::string kConfig =
    R"({"access": {"anonymous": "admin"}, "smtp": {"host": "mail.example", "password": "hunter2"}})";

TEST_CASE("all settings are shown, with defaults, and secrets are not", "[config_api]") {
  Site site(kConfig);
  const Response response = site.Send("GET", "/api/config");
  CHECK(response.status == 200);
  CHECK_THAT(std::string(response.body_text()), !ContainsSubstring(kSecret));
  const auto config = JsonOf(response);
  CHECK(config["interval"].GetInt() == 10);
  CHECK(config["smtp"]["password"]["set"].GetBool());
  CHECK(config["telegram"]["token"].IsNull());
}

TEST_CASE("a patch changes what it names and keeps the rest of the file", "[config_api]") {
  Site site(kConfig);
  const Response response = site.Send("PATCH", "/api/config", R"({"interval": 30, "smtp": {"port": 587}})");
  CHECK(response.status == 200);
  CHECK(JsonOf(response)["interval"].GetInt() == 30);
  const std::string text = Contents(site.folder() / "config.json");
  CHECK_THAT(text, ContainsSubstring(kSecret));
  CHECK_THAT(text, ContainsSubstring("587"));
  CHECK_THAT(text, !ContainsSubstring("fail_threshold"));
  struct stat status {};
  REQUIRE(stat((site.folder() / "config.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
  CHECK(Contents(site.folder() / "config.json.prev") == kConfig);
  CHECK_THAT(site.EventsText(), ContainsSubstring(R"("action":"config","host":"","changed":["smtp","interval"])"));
  CHECK_THAT(site.EventsText(), !ContainsSubstring(kSecret));
}

TEST_CASE("a secret is written, kept as it was shown, and taken away", "[config_api]") {
  Site site(kConfig);
  const auto file = [&] { return Contents(site.folder() / "config.json"); };
  site.Send("PATCH", "/api/config", R"({"smtp": {"password": {"set": true}, "username": "bob"}})");
  CHECK_THAT(file(), ContainsSubstring(kSecret) && ContainsSubstring("bob"));
  const Response response = site.Send("PATCH", "/api/config", R"({"smtp": {"password": "correct horse"}})");
  CHECK_THAT(std::string(response.body_text()), !ContainsSubstring("horse"));
  CHECK_THAT(file(), ContainsSubstring("correct horse") && !ContainsSubstring(kSecret));
  const auto after = JsonOf(site.Send("PATCH", "/api/config", R"({"smtp": {"password": null}})"));
  CHECK(after["smtp"]["password"].IsNull());
  CHECK_THAT(file(), !ContainsSubstring("horse"));
}

TEST_CASE("a bad patch names the keys and changes nothing", "[config_api]") {
  Site site(kConfig);
  const Response response =
      site.Send("PATCH", "/api/config", R"({"retry": 1, "retries": -1, "smtp": {"port": "x", "password": 5}})");
  CHECK(response.status == 422);
  const auto fields = WrongFields(response);
  CHECK(fields.size() == 3);
  CHECK(WrongFields(site.Send("PATCH", "/api/config", R"({"timeout": 60})")) == std::vector<std::string>{"timeout"});
  CHECK(WrongFields(site.Send("PATCH", "/api/config", "[]")) == std::vector<std::string>{""});
  CHECK(site.Send("PATCH", "/api/config", "{").status == 400);
  CHECK(Contents(site.folder() / "config.json") == kConfig);
}

TEST_CASE("an interval that does not fit what hosts set for themselves is refused, with their names", "[config_api]") {
  Site site(kConfig);
  site.Add("Server A", "192.0.2.1", R"(, "interval": 20)");
  site.Add("Server B", "192.0.2.2", R"(, "timeout": 8)");
  const auto file = Contents(site.folder() / "config.json");
  const auto refused = site.Send("PATCH", "/api/config", R"({"interval": 15})");
  CHECK(refused.status == 422);
  CHECK(WrongFields(refused) == std::vector<std::string>{"interval"});
  CHECK_THAT(std::string(refused.body_text()), ContainsSubstring("Server A") && !ContainsSubstring("Server B"));
  const auto too_short = site.Send("PATCH", "/api/config", R"({"interval": 5})");
  CHECK(too_short.status == 422);
  CHECK_THAT(std::string(too_short.body_text()), !ContainsSubstring("Server A") && ContainsSubstring("Server B"));
  CHECK(Contents(site.folder() / "config.json") == file);
  CHECK(site.Send("PATCH", "/api/config", R"({"interval": 20})").status == 200);
}

TEST_CASE("of many hosts that an interval does not fit only some are named", "[config_api]") {
  Site site(kConfig);
  for (int i = 1; i <= 9; ++i)
    site.Add("Line " + std::to_string(i), "192.0.2." + std::to_string(i), R"(, "interval": 20)");
  const auto refused = site.Send("PATCH", "/api/config", R"({"interval": 15})");
  CHECK_THAT(std::string(refused.body_text()),
             ContainsSubstring("Line 1, Line 2, Line 3 and 6 more") && !ContainsSubstring("Line 4"));
}

TEST_CASE("hosts that an edit by hand has put out of step keep nobody from changing the settings", "[config_api]") {
  Site site(kConfig);
  site.Add("Server A", "192.0.2.1", R"(, "interval": 20)");
  WriteInPlace(site.folder() / "config.json", R"({"access": {"anonymous": "admin"}, "interval": 15})");
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "Ours"})").status == 200);
  CHECK(site.Send("PATCH", "/api/config", R"({"interval": 16})").status == 200);
}

TEST_CASE("two who change the settings at once: the second is refused, and nothing is lost", "[config_api]") {
  Site site(kConfig);
  const std::string tag(site.Send("GET", "/api/config").Header("ETag"));
  REQUIRE(!tag.empty());
  CHECK(site.Send("GET", "/api/config").Header("ETag") == tag);
  const auto first = site.Send("PATCH", "/api/config", R"({"title": "One"})", {"HTTP_IF_MATCH=" + tag});
  CHECK(first.status == 200);
  CHECK(first.Header("ETag") != tag);
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "Two"})", {"HTTP_IF_MATCH=" + tag}).status == 412);
  CHECK(JsonOf(site.Send("GET", "/api/config"))["title"] == "One");
  const std::string now(site.Send("GET", "/api/config").Header("ETag"));
  CHECK(now == first.Header("ETag"));
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "Two"})", {"HTTP_IF_MATCH=" + now}).status == 200);
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "Three"})").status == 200);
}

TEST_CASE("an edit of the settings by hand is noticed by who has seen those before it", "[config_api]") {
  Site site(kConfig);
  const std::string tag(site.Send("GET", "/api/config").Header("ETag"));
  WriteInPlace(site.folder() / "config.json", R"({"access": {"anonymous": "admin"}, "title": "By hand"})");
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "Two"})", {"HTTP_IF_MATCH=" + tag}).status == 412);
}

TEST_CASE("a patch that changes nothing writes nothing", "[config_api]") {
  Site site(kConfig);
  const auto before = IdentityOf(site.folder() / "config.json");
  CHECK(site.Send("PATCH", "/api/config", R"({"smtp": {"host": "mail.example", "password": {"set": true}}})").status ==
        200);
  CHECK(IdentityOf(site.folder() / "config.json") == before);
}

TEST_CASE("while the file on disk is broken it is neither shown nor patched", "[config_api]") {
  Site site(kConfig);
  site.Send("PATCH", "/api/config", R"({"title": "NOC"})");
  const std::string broken =
      R"({"access": {"anonymous": "admin"}, "retries": "two", "smtp": {"password": ["hunter2"]}})";
  WriteInPlace(site.folder() / "config.json", broken);
  for (const Response& response :
       {site.Send("PATCH", "/api/config", R"({"title": "Lines"})"), site.Send("GET", "/api/config")}) {
    CHECK(response.status == 409);
    CHECK_THAT(std::string(response.body_text()), ContainsSubstring("\"retries\"") && !ContainsSubstring(kSecret));
  }
  CHECK(Contents(site.folder() / "config.json") == broken);
}

TEST_CASE("whoever asks is answered his name and role", "[config_api]") {
  Site site(R"({"access": {"anonymous": "operator", "roles": {"ada": "admin"}}})");
  CHECK(site.Send("GET", "/api/me").body_text() == R"({"user":null,"role":"operator"})");
  CHECK(site.Send("GET", "/api/me", "", {"REMOTE_USER=ada"}).body_text() == R"({"user":"ada","role":"admin"})");
}

TEST_CASE("a right that was taken away ends with the next request", "[config_api]") {
  Site site(R"({"access": {"roles": {"ada": "admin", "eve": "admin"}}})");
  const Variables eve = {"REMOTE_USER=eve"};
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "mine"})", eve).status == 200);
  CHECK(site.Send("PATCH", "/api/config", R"({"access": {"roles": {"eve": null}}})", {"REMOTE_USER=ada"}).status ==
        200);
  CHECK(site.Send("PATCH", "/api/config", R"({"title": "still mine"})", eve).status == 403);
}

}  // namespace
}  // namespace linewatch::cgi
