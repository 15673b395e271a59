#include "cgi/outage_api.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

// Two hours ago the host was down for ten minutes, and an hour ago for a moment.
struct Recorded {
  Recorded() : site(R"({"access": {"anonymous": "viewer", "roles": {"olga": "admin", "bob": "operator"}}})") {
    const auto went = [&](Status from, Status to, WallTime t) {
      site.installation.events.Append({StatusEvent{t, "a", "Line A", from, to, t, "no answer within 1 s"}});
    };
    went(Status::kPending, Status::kUp, now - 3h);
    went(Status::kUp, Status::kFailing, now - 2h);
    site.installation.events.Append(
        {StatusEvent{now - 118min, "a", "Line A", Status::kFailing, Status::kDown, now - 2h, "no answer within 1 s"}});
    went(Status::kDown, Status::kUp, now - 110min);
    went(Status::kUp, Status::kFailing, now - 1h);
    went(Status::kFailing, Status::kUp, now - 59min);
  }
  rapidjson::Document List(const std::string& query = "") { return JsonOf(site.Send("GET", "/api/outages" + query)); }
  Response Say(const std::string& id, const std::string& body, const std::string& user = "olga") {
    return site.Send("PATCH", "/api/outages/" + id, body, {"REMOTE_USER=" + user});
  }

  const WallTime now = WallTime(std::chrono::floor<std::chrono::seconds>(WallNow().time_since_epoch()));
  Site site;
};

TEST_CASE("outages are listed, the newest first, and short ones when they are asked for", "[outage_api]") {
  Recorded recorded;
  const auto list = recorded.List();
  REQUIRE(list["outages"].Size() == 1);
  const auto& outage = list["outages"][0];
  CHECK(outage["host"].GetString() == std::string("a"));
  CHECK(outage["name"].GetString() == std::string("Line A"));
  CHECK(outage["start"].GetDouble() == UnixSeconds(recorded.now - 2h));
  CHECK(outage["seconds"].GetDouble() == 600);
  CHECK(outage["cause"].GetString() == std::string("line"));
  const auto all = recorded.List("?blips=1&host=a");
  REQUIRE(all["outages"].Size() == 2);
  CHECK(all["outages"][0]["blip"].GetBool());
  CHECK(recorded.List("?host=b")["outages"].Empty());
  CHECK(recorded.List("?to=" + std::to_string(ToTimeT(recorded.now - 150min)))["outages"].Empty());
}

TEST_CASE("outages may be asked for from the beginning of 1970 on", "[outage_api]") {
  Recorded recorded;
  REQUIRE(recorded.site.Send("GET", "/api/outages?from=0").status == 200);
  CHECK(recorded.List("?from=0")["outages"].Size() == 1);
  CHECK(recorded.List("?from=0&to=0")["outages"].Empty());
  CHECK(recorded.site.Send("GET", "/api/outages?from=-1").status == 422);
}

TEST_CASE("an admin says whose fault an outage was, and takes it back", "[outage_api]") {
  Recorded recorded;
  const std::string id = recorded.List()["outages"][0]["id"].GetString();
  const Response said = recorded.Say(id, R"({"cause": "power", "note": "told by phone"})");
  REQUIRE(said.status == 200);
  CHECK(JsonOf(said)["cause"].GetString() == std::string("power"));
  CHECK(JsonOf(said)["measured"].GetString() == std::string("line"));
  const auto listed = recorded.List();
  CHECK(listed["outages"][0]["note"].GetString() == std::string("told by phone"));
  CHECK(listed["outages"][0]["user"].GetString() == std::string("olga"));
  CHECK_THAT(recorded.site.EventsText(), ContainsSubstring(R"("type":"outage")"));
  REQUIRE(recorded.Say(id, R"({"cause": null})").status == 200);
  CHECK(recorded.List()["outages"][0]["cause"].GetString() == std::string("line"));
}

TEST_CASE("a viewer says nothing, and nobody says nonsense", "[outage_api]") {
  Recorded recorded;
  const std::string id = recorded.List()["outages"][0]["id"].GetString();
  CHECK(recorded.Say(id, R"({"cause": "power"})", "").status == 403);
  CHECK(recorded.Say(id, R"({"cause": "power"})", "bob").status == 403);  // what was promised hangs on it
  CHECK(recorded.Say(id, R"({"cause": "power", "note": "a\nb"})").status == 422);
  CHECK(recorded.Say(id, R"({"cause": "gremlins"})").status == 422);
  CHECK(WrongFields(recorded.Say(id, R"({"note": "x"})")) == std::vector<std::string>{"cause"});
  CHECK(recorded.Say("a-1", R"({"cause": "power"})").status == 404);
  CHECK(recorded.Say("a", R"({"cause": "power"})").status == 404);
  for (const char* query : {"?from=x", "?to=1e99", "?host=A", "?blips=2"})
    CHECK(recorded.site.Send("GET", std::string("/api/outages") + query).status == 422);
}

}  // namespace
}  // namespace linewatch::cgi
