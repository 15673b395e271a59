#include "cgi/push_api.h"

#include "store/push_token.h"
#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

struct Pushed {
  std::string id, token;
};
Pushed AddPushed(Site& site, const std::string& name = "Backup") {
  const auto added = JsonOf(site.Send("POST", "/api/hosts", R"({"name": ")" + name + R"(", "check": "push"})"));
  return {added["id"].GetString(), added["token"].GetString()};
}
int StatusOf(Site& site, const std::string& token, const std::string& query = "") {
  return site.Send("GET", "/api/push/" + token + (query.empty() ? "" : "?" + query)).status;
}
constexpr char kForm[] = "CONTENT_TYPE=application/x-www-form-urlencoded";

TEST_CASE("a push host's token is answered once, and nowhere else", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  CHECK(is_push_token(pushed.token));
  const std::string everything = Contents(site.folder() / "hosts.json") + Contents(site.folder() / "secrets.json") +
                                 site.EventsText() +
                                 std::string(site.Send("GET", "/api/hosts/" + pushed.id).body_text()) +
                                 std::string(site.Send("GET", "/api/hosts").body_text());
  CHECK(everything.find(pushed.token) == std::string::npos);
  CHECK(everything.find(HashOf(pushed.token)) != std::string::npos);
  CHECK_THAT(site.EventsText(), Catch::Matchers::ContainsSubstring(R"("check","token"])"));
  const auto renamed = JsonOf(site.Send("PATCH", "/api/hosts/" + pushed.id, R"({"name": "Nightly backup"})"));
  CHECK_FALSE(renamed.HasMember("token"));
  CHECK(StatusOf(site, pushed.token) == 200);
}

TEST_CASE("a host that is turned into a push host has a token from then on, and none when it is turned back",
          "[push_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  const auto turned = JsonOf(site.Send("PATCH", "/api/hosts/" + id, R"({"check": "push"})"));
  REQUIRE(turned.HasMember("token"));
  const std::string token = turned["token"].GetString();
  CHECK(StatusOf(site, token) == 200);
  CHECK(site.Send("PUT", "/api/hosts/" + id, R"({"name": "A", "ip": "192.0.2.1"})").status == 200);
  CHECK(StatusOf(site, token) == 404);
  const auto again = JsonOf(site.Send("PUT", "/api/hosts/" + id, R"({"name": "A", "check": "push"})"));
  CHECK(StatusOf(site, again["token"].GetString()) == 200);
  CHECK(StatusOf(site, token) == 404);
}

TEST_CASE("a renewed token ends the one before", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  const auto renewed = JsonOf(site.Send("POST", "/api/hosts/" + pushed.id + "/token"));
  REQUIRE(renewed.MemberCount() == 1);
  CHECK(StatusOf(site, pushed.token) == 404);
  CHECK(StatusOf(site, renewed["token"].GetString()) == 200);
  CHECK(site.EventsText().find(renewed["token"].GetString()) == std::string::npos);
  CHECK_THAT(site.EventsText(), Catch::Matchers::ContainsSubstring(R"("changed":["token"])"));
  CHECK(site.Send("POST", "/api/hosts/" + site.Add("A", "192.0.2.1") + "/token").status == 409);
  CHECK(site.Send("POST", "/api/hosts/nobody/token").status == 404);
}

TEST_CASE("the token of a deleted host is unknown", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  REQUIRE(StatusOf(site, pushed.token) == 200);
  REQUIRE(site.Send("DELETE", "/api/hosts/" + pushed.id).status == 204);
  CHECK(StatusOf(site, pushed.token) == 404);
}

TEST_CASE("a heartbeat reaches monitord with what it says of itself", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site), other = AddPushed(site, "Other");
  const Response answer = site.Send("GET", "/api/push/" + pushed.token);
  CHECK(answer.status == 200);
  CHECK(answer.body_text() == R"({"ok":true})");
  CHECK(StatusOf(site, other.token, "status=down&msg=disk+full%3A+%C3%A9&ms=12.5&ping=") == 200);
  const auto requests = site.installation.requests.Drain();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].kind == linewatch::Request::Kind::kHeartbeat);
  CHECK(requests[0].host == pushed.id);
  CHECK_FALSE(requests[0].is_down);
  CHECK_FALSE(requests[0].ms.has_value());
  CHECK(requests[1].host == other.id);
  CHECK(requests[1].is_down);
  CHECK(requests[1].msg == "disk full: é");
  CHECK(*requests[1].ms == 12.5F);
}

TEST_CASE("a heartbeat may be a form that is sent", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  const std::string path = "/api/push/" + pushed.token;
  CHECK(site.Send("POST", path).status == 200);
  CHECK(site.Send("POST", path + "?status=down", "msg=no+tape", {kForm}).status == 200);
  const auto requests = site.installation.requests.Drain();
  REQUIRE(requests.size() == 2);
  CHECK_FALSE(requests[0].is_down);
  CHECK(requests[1].is_down);
  CHECK(requests[1].msg == "no tape");
}

// What monitord gets of a heartbeat that was sent so.
linewatch::Request Taken(Site& site, const std::string& path, const std::string& body, const std::string& type) {
  REQUIRE(site.Send("POST", path, body, {"CONTENT_TYPE=" + type}).status == 200);
  const auto requests = site.installation.requests.Drain();
  REQUIRE(requests.size() == 1);
  return requests[0];
}

TEST_CASE("a heartbeat may be whatever a tool sends", "[push_api]") {
  Site site;
  const std::string path = "/api/push/" + AddPushed(site).token;
  SECTION("JSON") {
    const auto down = Taken(site, path, R"({"status": "down", "msg": "no tape", "ping": 12})", "application/json; a=b");
    CHECK(down.is_down);
    CHECK(down.msg == "no tape");
    CHECK(down.ms == 12.F);
    const auto firing = Taken(site, path, R"({"status":"firing","alerts":[]})", "application/json");
    CHECK_FALSE(firing.is_down);
    CHECK(firing.msg == R"({"status":"firing","alerts":[]})");
    CHECK(Taken(site, path, R"({"message": "done", "ms": null})", "Application/JSON").msg == "done");
    CHECK(Taken(site, path, "{no JSON", "application/json").msg == "{no JSON");
    CHECK(Taken(site, path, "[1,2]", "application/json").msg == "[1,2]");
  }
  SECTION("text") {
    CHECK(Taken(site, path, "backup done", "text/plain").msg == "backup done");
    CHECK(Taken(site, path, std::string("a\0\xff", 3), "application/octet-stream").msg == "a ?");
    CHECK(Taken(site, path, "status=down", "text/plain").msg == "status=down");
    // As curl sends a log by default.
    CHECK(Taken(site, path, "12 files; 100% done & ok", "application/x-www-form-urlencoded").msg ==
          "12 files; 100% done & ok");
  }
  SECTION("a form in parts") {
    const std::string type = "multipart/form-data; boundary=\"-x-\"";
    const auto down = Taken(site, path,
                            "---x-\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\ndown\r\n---x-\r\n"
                            "content-disposition: form-data; filename=\"a\"; name=msg\r\n\r\nno\r\ntape\r\n---x---\r\n",
                            type);
    CHECK(down.is_down);
    CHECK(down.msg == "no  tape");
    const auto file = Taken(site, path,
                            "---x-\r\nContent-Disposition: form-data; name=\"log\"; filename=\"l\"\r\n"
                            "Content-Type: text/plain\r\n\r\nall well\r\n---x---\r\n",
                            type);
    CHECK_FALSE(file.is_down);
    CHECK(file.msg == "all well");
    CHECK(Taken(site, path, "no parts", type).msg == "no parts");
    CHECK(Taken(site, path, "---x-", type).msg == "---x-");
  }
}

TEST_CASE("of a text that is sent the first 4 KiB are the message of a failure", "[push_api]") {
  Site site;
  const std::string path = "/api/push/" + AddPushed(site).token;
  CHECK(Taken(site, path + "/fail", std::string(200'000, 'x'), "text/plain").msg == std::string(4096, 'x'));
  CHECK(Taken(site, path, std::string(200'000, 'x'), "text/plain").msg == std::string(200, 'x'));
}

TEST_CASE("a heartbeat says how a run goes as clients of healthchecks.io say it", "[push_api]") {
  Site site;
  const std::string path = "/api/push/" + AddPushed(site).token;
  const auto taken = [&](const std::string& sign) { return Taken(site, path + sign, "", "text/plain"); };
  CHECK(taken("/start").is_begin);
  CHECK_FALSE(taken("/start").is_down);
  CHECK_FALSE(taken("").is_begin);
  CHECK(taken("/fail").is_down);
  CHECK_FALSE(taken("/0").is_down);
  CHECK(taken("/3").is_down);
  CHECK(taken("/255").msg == "exit code 255");
  CHECK(Taken(site, path + "/3", "no tape", "text/plain").msg == "exit code 3: no tape");
  CHECK(StatusOf(site, path.substr(10) + "/fail", "rid=1&ping=7") == 200);
  CHECK(site.Send("POST", path + "/log", "half way").status == 200);
  CHECK(site.installation.requests.Drain().size() == 1);
  for (const char* none : {"/256", "/-1", "/1000", "/started", "/", "/start/", "/0x1", "/1/2", "//start"})
    CHECK(site.Send("GET", path + none).status == 404);
  CHECK(site.Send("POST", "/api/push/" + std::string(24, 'a') + "/start").status == 404);
}

TEST_CASE("how long a job took may be called ping, as other tools call it", "[push_api]") {
  Site site;
  const std::string path = "/api/push/" + AddPushed(site).token;
  CHECK(Taken(site, path + "?ping=12", "", "").ms == 12.F);
  CHECK(Taken(site, path + "?ping=12&ms=3", "", "").ms == 3.F);
  CHECK_FALSE(Taken(site, path + "?ping=", "", "").ms);
}

TEST_CASE("a status that is none is refused, and is no heartbeat", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  for (const char* status : {"UP", "maybe", "down%0a", "%ff"}) {
    const Response response = site.Send("GET", "/api/push/" + pushed.token + "?status=" + status);
    CHECK(response.status == 422);
    CHECK(WrongFields(response) == std::vector<std::string>{"status"});
  }
  CHECK(site.installation.requests.Drain().empty());
}

TEST_CASE("a failure is taken whatever its text is", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  const auto taken = [&](const std::string& query) {
    CHECK(StatusOf(site, pushed.token, query) == 200);
    const auto requests = site.installation.requests.Drain();
    REQUIRE(requests.size() == 1);
    return requests[0];
  };
  CHECK(taken("status=down&msg=" + std::string(5000, 'a')).msg == std::string(200, 'a'));
  CHECK(taken("status=down&msg=no%0D%0Atape%00").msg == "no  tape ");
  CHECK(taken("status=down&msg=%ff%C3%A9%C3").msg == "?\u00e9?");
  CHECK(taken("status=down&msg=x").is_down);
  CHECK(taken("ms=12.5").ms == 12.5);
  for (const char* ms : {"-1", "12x", "1,5", "nan", "inf", "0x10", "1e400", "%201", "1e10"}) {
    const auto heartbeat = taken("ms=" + std::string(ms));
    CHECK_FALSE(heartbeat.is_down);
    CHECK_FALSE(heartbeat.ms);
  }
}

TEST_CASE("the longest words are taken", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  std::string words;
  for (int i = 0; i < 200; ++i) words += "%C3%A9";
  CHECK(StatusOf(site, pushed.token, "msg=" + words + "&ms=0") == 200);
}

TEST_CASE("a token is all that a heartbeat takes, and nothing helps without one", "[push_api]") {
  Site site(R"({"access": {"anonymous": "viewer", "roles": {"ada": "admin"}}})");
  const auto added = JsonOf(site.Send("POST", "/api/hosts", R"({"name": "A", "check": "push"})", {"REMOTE_USER=ada"}));
  const std::string path = std::string("/api/push/") + added["token"].GetString();
  const Variables far = {"HTTP_ORIGIN=http://elsewhere.example", "HTTP_SEC_FETCH_SITE=cross-site",
                         "REMOTE_ADDR=203.0.113.7"};
  CHECK(site.Send("GET", path, "", far).status == 200);
  CHECK(site.Send("POST", path, "", far).status == 200);
  CHECK(site.Send("POST", "/api/push/" + std::string(24, 'a'), "", {"REMOTE_USER=ada"}).status == 404);
  CHECK(site.Send("POST", "/api/hosts/" + std::string(added["id"].GetString()) + "/token").status == 403);
}

TEST_CASE("a heartbeat that no monitord takes is answered 503", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  linewatch::Request old{WallNow() - std::chrono::minutes(1), linewatch::Request::Kind::kCheck, "a"};
  REQUIRE(site.installation.requests.Append(old));
  const Response response = site.Send("GET", "/api/push/" + pushed.token);
  CHECK(response.status == 503);
  CHECK_FALSE(response.Header("Retry-After").empty());
}

TEST_CASE("a flood of heartbeats is answered 429, to come later", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  int refused = 0;
  for (int i = 0; i < 20; ++i) refused += StatusOf(site, pushed.token, "msg=" + std::to_string(i)) == 429 ? 1 : 0;
  CHECK(refused == 20 - static_cast<int>(RequestQueue::kMostHeartbeats));
  CHECK(StatusOf(site, AddPushed(site, "Other").token) == 200);
}

TEST_CASE("while secrets.json is broken no heartbeat is taken for one without a token", "[push_api]") {
  Site site;
  const Pushed pushed = AddPushed(site);
  WriteInPlace(site.folder() / "secrets.json", "{");
  CHECK(StatusOf(site, pushed.token) == 503);
}

}  // namespace
}  // namespace linewatch::cgi
