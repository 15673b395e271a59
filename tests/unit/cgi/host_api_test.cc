#include "cgi/host_api.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string Path(const std::string& id) { return "/api/hosts/" + id; }
Variables IfMatch(const std::string& tag) { return {"HTTP_IF_MATCH=" + tag}; }

// What monitord would have written about the host.
void Observe(Site& site, const std::string& id) {
  HostList list = site.installation.hosts.Read();
  Host& host = *list.Find(id);
  host.seen.status = Status::kDown;
  host.seen.fail_count = 12;
  host.seen.trail.Add(4.5F);
  host.seen.reason = "no answer within 1 s";
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
}

TEST_CASE("a host that is added is there, not checked yet", "[host_api]") {
  Site site;
  const Response response =
      site.Send("POST", "/api/hosts", R"({"name": "Server A", "ip": "192.0.2.1", "tags": ["core"], "retries": 0})");
  CHECK(response.status == 201);
  const auto host = JsonOf(response);
  const std::string id = host["id"].GetString();
  CHECK(response.Header("Location") == "/api/hosts/" + id);
  CHECK(response.Header("ETag") == "\"1\"");
  CHECK(std::string(host["status"].GetString()) == "pending");
  CHECK(host["statusCurrent"].IsNull());
  CHECK(host["trail"].Empty());
  CHECK(host["retries"].GetInt() == 0);
  CHECK(host["timeout"].IsNull());
  const Response shown = site.Send("GET", Path(id));
  CHECK(shown.status == 200);
  CHECK(shown.body_text() == response.body_text());
  CHECK(shown.Header("ETag") == "\"1\"");
}

TEST_CASE("every edit leaves an event with who, what and which", "[host_api]") {
  Site site(R"({"access": {"roles": {"ada": "admin"}}})");
  const Variables ada = {"REMOTE_USER=ada"};
  site.Send("POST", "/api/hosts", R"({"name": "A", "ip": "192.0.2.1"})", ada);
  const std::string id = site.installation.hosts.Read().hosts.at(0).id;
  site.Send("PATCH", Path(id), R"({"group": "north", "name": "A"})", ada);
  site.Send("DELETE", Path(id), "", ada);
  const std::string events = site.EventsText();
  CHECK_THAT(events,
             ContainsSubstring(R"("user":"ada","action":"add","host":")" + id + R"(","changed":["name","ip"])"));
  CHECK_THAT(events, ContainsSubstring(R"("user":"ada","action":"change","host":")" + id + R"(","changed":["group"])"));
  CHECK_THAT(events, ContainsSubstring(R"("user":"ada","action":"delete","host":")" + id + '"'));
}

TEST_CASE("input that is wrong names each field", "[host_api]") {
  Site site;
  const auto fields = [&](const std::string& body) { return WrongFields(site.Send("POST", "/api/hosts", body)); };
  using Names = std::vector<std::string>;
  CHECK(fields(R"({"ip": "192.0.2.1"})") == Names{"name"});
  CHECK(fields(R"({"name": "A"})") == Names{"ip"});
  CHECK(fields(R"({"name": "", "ip": "192.0.2.1"})") == Names{"name"});
  CHECK(fields(R"({"name": ")" + std::string(101, 'x') + R"(", "ip": "192.0.2.1"})") == Names{"name"});
  CHECK(fields(R"({"name": "a\u0007b", "ip": "192.0.2.1"})") == Names{"name"});
  CHECK(fields(R"({"name": "A", "ip": "not an address"})") == Names{"ip"});
  CHECK(fields(R"({"name": "A", "ip": "192.0.2.1", "colour": "red"})") == Names{"colour"});
  CHECK(fields(R"({"name": "A", "ip": "192.0.2.1", "enabled": "yes"})") == Names{"enabled"});
  CHECK(fields(R"({"name": "A", "ip": "192.0.2.1", "parents": ["nobody"]})") == Names{"parents[0]"});
  CHECK(fields(R"({"name": 1, "ip": 2})") == Names{"name", "ip"});
  for (const char* body : {"[]", "null", "7", "\"x\""}) CHECK(fields(body) == Names{""});
  CHECK(site.installation.hosts.Read().hosts.empty());
}

TEST_CASE("a name is taken as it is, whatever it would mean in a page", "[host_api]") {
  Site site;
  const std::string name = "<script>alert(1)</script> & \\u00e4";
  const auto host = JsonOf(site.Send("GET", Path(site.Add(name, "192.0.2.1"))));
  CHECK(std::string(host["name"].GetString()) == "<script>alert(1)</script> & \xC3\xA4");
}

TEST_CASE("what was observed may be sent back and means nothing", "[host_api]") {
  Site site;
  const auto host =
      JsonOf(site.Send("POST", "/api/hosts", R"({"name": "A", "ip": "192.0.2.1", "id": "mine", "revision": 9,
      "status": "down", "fail_count": 7, "group": null})"));
  CHECK(std::string(host["id"].GetString()) != "mine");
  CHECK(host["revision"].GetInt() == 1);
  CHECK(std::string(host["status"].GetString()) == "pending");
  CHECK(host["fail_count"].GetInt() == 0);
}

// As the file has it after monitord has seen the host so.
void SetStatus(Site& site, const std::string& id, Status status, int fail_count) {
  HostList list = site.installation.hosts.Read();
  list.Find(id)->seen.status = status;
  list.Find(id)->seen.fail_count = fail_count;
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
}

TEST_CASE("who acknowledges an outage stands in the host, with the time and the note", "[host_api]") {
  Site site(R"({"access": {"roles": {"olga": "operator"}}})");
  HostList list;
  list.hosts.emplace_back();
  list.hosts[0].id = "a";
  list.hosts[0].name = "Server A";
  list.hosts[0].ip = "192.0.2.1";
  list.hosts[0].seen.status = Status::kDown;
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
  const Variables olga{"REMOTE_USER=olga"};
  const std::string path = Path("a") + "/acknowledge";

  const double before = UnixSeconds(WallNow()) - 1;
  const Response response = site.Send("POST", path, R"({"note": "cable cut, fibre team is out"})", olga);
  CHECK(response.status == 200);
  CHECK(response.Header("ETag") == "\"2\"");
  const auto host = JsonOf(site.Send("GET", Path("a")));
  CHECK(std::string(host["acknowledged"]["by"].GetString()) == "olga");
  CHECK(std::string(host["acknowledged"]["note"].GetString()) == "cable cut, fibre team is out");
  CHECK(host["acknowledged"]["at"].GetDouble() > before);
  CHECK_THAT(site.EventsText(), ContainsSubstring(R"("user":"olga","action":"acknowledge","host":"a")"));

  CHECK(site.Send("DELETE", path, "", olga).status == 204);
  CHECK(JsonOf(site.Send("GET", Path("a")))["acknowledged"].IsNull());
  CHECK_THAT(site.EventsText(), ContainsSubstring(R"("action":"unacknowledge")"));
  CHECK(JsonOf(site.Send("GET", Path("a")))["revision"].GetInt() == 3);
  CHECK(site.Send("DELETE", path, "", olga).status == 204);
  CHECK(JsonOf(site.Send("GET", Path("a")))["revision"].GetInt() == 3);
  CHECK(site.Send("POST", path).status == 403);
  CHECK(site.Send("DELETE", path).status == 403);
  CHECK(site.Send("POST", path, R"({"note": "x"})", {"REMOTE_USER=olga", "HTTP_IF_MATCH=\"9\""}).status == 412);
}

TEST_CASE("only a host that fails can be acknowledged, with or without a note", "[host_api]") {
  Site site;
  const std::string id = site.Add("Server A", "192.0.2.1"), path = Path(id) + "/acknowledge";
  for (const Status status : {Status::kPending, Status::kUp, Status::kPaused}) {
    SetStatus(site, id, status, 0);
    CHECK(site.Send("POST", path).status == 409);
  }
  SetStatus(site, id, Status::kUnknown, 0);
  CHECK(site.Send("POST", path).status == 409);
  SetStatus(site, id, Status::kUnknown, 1);
  CHECK(site.Send("POST", path).status == 200);
  for (const Status status : {Status::kFailing, Status::kDown, Status::kDegraded, Status::kUnreachable}) {
    SetStatus(site, id, status, 1);
    CHECK(site.Send("POST", path, "{}").status == 200);
  }
  CHECK(WrongFields(site.Send("POST", path, R"({"note": 7})")) == std::vector<std::string>{"note"});
  CHECK(WrongFields(site.Send("POST", path, R"({"note": "a\u0000b"})")) == std::vector<std::string>{"note"});
  CHECK(WrongFields(site.Send("POST", path, R"({"by": "ada"})")) == std::vector<std::string>{"by"});
  CHECK(WrongFields(site.Send("POST", path, "[]")) == std::vector<std::string>{""});
  CHECK(site.Send("POST", path, R"({"note": ")" + std::string(500, 'x') + "\"}").status == 200);
  CHECK(site.Send("POST", path, R"({"note": ")" + std::string(501, 'x') + "\"}").status == 422);
  CHECK(site.Send("POST", Path("nobody") + "/acknowledge").status == 404);
}

TEST_CASE("nobody writes into a host that somebody has acknowledged it", "[host_api]") {
  Site site;
  const std::string id = site.Add("Server A", "192.0.2.1");
  const std::string forged = R"({"name": "A", "ip": "192.0.2.1", "acknowledged": {"by": "ada", "at": 1, "note": ""}})";
  using Names = std::vector<std::string>;
  CHECK(WrongFields(site.Send("POST", "/api/hosts", forged)) == Names{"acknowledged"});
  CHECK(WrongFields(site.Send("PUT", Path(id), forged)) == Names{"acknowledged"});
  CHECK(WrongFields(site.Send("PATCH", Path(id), R"({"acknowledged": {"by": "ada"}})")) == Names{"acknowledged"});
  CHECK_THAT(std::string(site.Send("PATCH", Path(id), R"({"acknowledged": {}})").body_text()),
             ContainsSubstring("/acknowledge"));

  SetStatus(site, id, Status::kDown, 12);
  const auto acknowledged = site.Send("POST", Path(id) + "/acknowledge", R"({"note": "known"})");
  CHECK(WrongFields(site.Send("PATCH", Path(id), R"({"acknowledged": null})")) == Names{"acknowledged"});
  SECTION("but what was read can be sent back") {
    CHECK(site.Send("PUT", Path(id), std::string(acknowledged.body_text())).status == 200);
    CHECK(site.Send("PATCH", Path(id), std::string(acknowledged.body_text())).status == 200);
  }
  SECTION("and an edit that does not speak of it leaves it") {
    CHECK(site.Send("PUT", Path(id), R"({"name": "Server B", "ip": "192.0.2.1"})").status == 200);
    CHECK(site.Send("PATCH", Path(id), R"({"name": "Server C"})").status == 200);
  }
  CHECK(std::string(JsonOf(site.Send("GET", Path(id)))["acknowledged"]["note"].GetString()) == "known");
  CHECK(site.Send("PATCH", Path(id), R"({"ip": "192.0.2.2"})").status == 200);
  CHECK(JsonOf(site.Send("GET", Path(id)))["acknowledged"].IsNull());
}

TEST_CASE("two hosts do not watch the same, and the answer says which one does", "[host_api]") {
  Site site;
  const std::string id = site.Add("Server A", "2001:db8::1"), other = site.Add("Server B", "192.0.2.2");
  for (const Response& response : {site.Send("POST", "/api/hosts", R"({"name": "C", "ip": "2001:DB8:0::1"})"),
                                   site.Send("PATCH", Path(other), R"({"ip": "2001:db8::1"})"),
                                   site.Send("PUT", Path(other), R"({"name": "B", "ip": "2001:db8::1"})")}) {
    CHECK(response.status == 409);
    const auto problem = JsonOf(response);
    CHECK(std::string(problem["host"].GetString()) == id);
    CHECK_THAT(problem["detail"].GetString(), ContainsSubstring("\"Server A\""));
  }
  CHECK(site.Send("PATCH", Path(id), R"({"ip": "2001:DB8:0::1"})").status == 200);
}

TEST_CASE("there is an end to the number of hosts", "[host_api]") {
  Site site;
  HostList list;
  for (size_t i = 0; i < kMaxHosts; ++i) {
    Host host;
    host.id = "h" + std::to_string(i);
    host.name = host.id;
    host.ip = host.id + ".example";
    list.hosts.push_back(std::move(host));
  }
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
  const Response response = site.Send("POST", "/api/hosts", R"({"name": "One more", "ip": "192.0.2.1"})");
  CHECK(response.status == 409);
  CHECK_THAT(std::string(response.body_text()), ContainsSubstring("10000 hosts"));
}

TEST_CASE("a patch changes what it names, and null is the default", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1", R"(, "group": "north", "retries": 5, "tags": ["x"])");
  const Response response = site.Send("PATCH", Path(id), R"({"group": "south", "retries": null})");
  CHECK(response.status == 200);
  CHECK(response.Header("ETag") == "\"2\"");
  const auto host = JsonOf(response);
  CHECK(std::string(host["group"].GetString()) == "south");
  CHECK(host["retries"].IsNull());
  CHECK(host["tags"].Size() == 1);
  CHECK(WrongFields(site.Send("PATCH", Path(id), R"({"name": null, "colour": 1})")) ==
        std::vector<std::string>{"colour", "name"});
  CHECK(WrongFields(site.Send("PATCH", Path(id), "[]")) == std::vector<std::string>{""});
}

TEST_CASE("putting resets what it omits", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1", R"(, "group": "north", "retries": 5, "enabled": false)");
  const auto host = JsonOf(site.Send("PUT", Path(id), R"({"name": "B", "ip": "192.0.2.1"})"));
  CHECK(std::string(host["id"].GetString()) == id);
  CHECK(host["revision"].GetInt() == 2);
  CHECK(std::string(host["group"].GetString()).empty());
  CHECK(host["retries"].IsNull());
  CHECK(host["enabled"].GetBool());
}

TEST_CASE("a change that changes nothing is not written", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1", R"(, "slow_ms": 12.5)");
  const auto before = IdentityOf(site.folder() / "hosts.json");
  const Response shown = site.Send("GET", Path(id));
  for (const Response& response :
       {site.Send("PATCH", Path(id), R"({"name": "A", "slow_ms": 12.50})"), site.Send("PATCH", Path(id), "{}"),
        site.Send("PUT", Path(id), std::string(shown.body_text()))}) {
    CHECK(response.status == 200);
    CHECK(response.Header("ETag") == "\"1\"");
  }
  CHECK(IdentityOf(site.folder() / "hosts.json") == before);
}

TEST_CASE("another name keeps what was observed, another target does not", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  Observe(site, id);
  auto host = JsonOf(site.Send("PATCH", Path(id), R"({"name": "B"})"));
  CHECK(std::string(host["status"].GetString()) == "down");
  CHECK(host["trail"].Size() == 1);
  host = JsonOf(site.Send("PATCH", Path(id), R"({"ip": "192.0.2.9"})"));
  CHECK(std::string(host["status"].GetString()) == "pending");
  CHECK(host["trail"].Empty());
  CHECK(host["fail_count"].GetInt() == 0);
  CHECK(std::string(host["reason"].GetString()).empty());
}

TEST_CASE("of two editors the slower one is refused", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  CHECK(site.Send("PATCH", Path(id), R"({"name": "B"})", IfMatch("\"1\"")).status == 200);
  for (const char* stale : {"\"1\"", "\"1-gzip\"", "\"7\", \"8\"", "W/\"2\"", "2", "\"\""}) {
    CHECK(site.Send("PATCH", Path(id), R"({"name": "C"})", IfMatch(stale)).status == 412);
    CHECK(site.Send("PUT", Path(id), R"({"name": "C", "ip": "192.0.2.1"})", IfMatch(stale)).status == 412);
    CHECK(site.Send("DELETE", Path(id), "", IfMatch(stale)).status == 412);
  }
  CHECK(std::string(JsonOf(site.Send("GET", Path(id)))["name"].GetString()) == "B");
  CHECK(site.Send("PATCH", Path(id), R"({"name": "C"})", IfMatch("\"2-gzip\"")).status == 200);
  CHECK(site.Send("PATCH", Path(id), R"({"name": "D"})", IfMatch("*")).status == 200);
  CHECK(site.Send("DELETE", Path(id), "", IfMatch("\"9\", \"4\"")).status == 204);
}

TEST_CASE("one host is always answered whole", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  CHECK(site.Send("GET", Path(id), "", {"HTTP_IF_NONE_MATCH=\"1\""}).status == 200);
  CHECK(site.Send("GET", Path(id)).Header("Cache-Control") == "no-store");
}

TEST_CASE("whoever is gone is no parent any more", "[host_api]") {
  Site site;
  const std::string router = site.Add("Router", "192.0.2.1"), mast = site.Add("Mast", "192.0.2.2");
  const std::string line = site.Add("Line", "192.0.2.3", R"(, "parents": [")" + router + R"(", ")" + mast + R"("])");
  const Response gone = site.Send("DELETE", Path(router));
  CHECK(gone.status == 204);
  CHECK(gone.body_text().empty());
  CHECK(site.Send("GET", Path(router)).status == 404);
  const auto host = JsonOf(site.Send("GET", Path(line)));
  REQUIRE(host["parents"].Size() == 1);
  CHECK(std::string(host["parents"][0].GetString()) == mast);
  CHECK(host["revision"].GetInt() == 2);
  CHECK(JsonOf(site.Send("GET", Path(mast)))["revision"].GetInt() == 1);
}

TEST_CASE("parents do not lead back to the host", "[host_api]") {
  Site site;
  const std::string a = site.Add("A", "192.0.2.1");
  const std::string b = site.Add("B", "192.0.2.2", R"(, "parents": [")" + a + R"("])");
  CHECK(WrongFields(site.Send("PATCH", Path(a), R"({"parents": [")" + b + R"("]})")) ==
        std::vector<std::string>{"parents[0]"});
  CHECK(WrongFields(site.Send("PATCH", Path(a), R"({"parents": [")" + a + R"("]})")) ==
        std::vector<std::string>{"parents[0]"});
}

TEST_CASE("an id that nobody has is 404 for everything", "[host_api]") {
  Site site;
  CHECK(site.Send("GET", Path("nobody")).status == 404);
  CHECK(site.Send("PUT", Path("nobody"), R"({"name": "A", "ip": "192.0.2.1"})").status == 404);
  CHECK(site.Send("PATCH", Path("nobody"), "{}", IfMatch("\"1\"")).status == 404);
  CHECK(site.Send("DELETE", Path("nobody")).status == 404);
  CHECK(site.Send("POST", Path("nobody") + "/check").status == 404);
}

TEST_CASE("what a new config.json has made wrong does not stand in the way of other changes", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1", R"(, "interval": 30)");
  WriteInPlace(site.folder() / "config.json", R"({"interval": 20, "access": {"anonymous": "admin"}})");
  CHECK(site.Send("PATCH", Path(id), R"({"name": "B"})").status == 200);
  CHECK(WrongFields(site.Send("PATCH", Path(id), R"({"interval": 30})")) == std::vector<std::string>{"interval"});
  CHECK(site.Send("PATCH", Path(id), R"({"interval": 40})").status == 200);
}

TEST_CASE("an operator sets maintenance and nothing else", "[host_api]") {
  Site site(R"({"access": {"anonymous": "admin", "roles": {"otto": "operator"}}})");
  const Variables otto = {"REMOTE_USER=otto"};
  const std::string id = site.Add("A", "192.0.2.1");
  const std::string window = R"("maintenance": [{"from": 1763800000, "to": 1763803600, "note": "mast"}])";
  CHECK(site.Send("PATCH", Path(id), "{" + window + "}", otto).status == 200);
  CHECK(site.Send("PATCH", Path(id), "{" + window + R"(, "name": "B"})", otto).status == 403);
  CHECK(site.Send("PATCH", Path(id), R"({"name": "B"})", otto).status == 403);
  CHECK(site.Send("PATCH", Path(id), "[]", otto).status == 422);
  const auto host = JsonOf(site.Send("GET", Path(id)));
  CHECK(std::string(host["name"].GetString()) == "A");
  CHECK(host["maintenance"].Size() == 1);
  CHECK(site.Send("PATCH", Path(id), R"({"maintenance": null})", otto).status == 200);
}

TEST_CASE("a check that is asked for waits for monitord", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  const Response response = site.Send("POST", Path(id) + "/check");
  CHECK(response.status == 202);
  CHECK(std::string(JsonOf(response)["id"].GetString()) == id);
  const auto waiting = site.installation.requests.Drain();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].host == id);
}

TEST_CASE("a paused host is not checked", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1", R"(, "enabled": false)");
  CHECK(site.Send("POST", Path(id) + "/check").status == 409);
  CHECK(site.installation.requests.Drain().empty());
}

TEST_CASE("requests that nobody takes do not fill the disk", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  WriteInPlace(site.installation.requests.path(), std::string(RequestQueue::kMaxBytes - 1, 'x') + '\n');
  const Response response = site.Send("POST", Path(id) + "/check");
  CHECK(response.status == 503);
  CHECK_FALSE(response.Header("Retry-After").empty());
  CHECK(std::filesystem::file_size(site.installation.requests.path()) == RequestQueue::kMaxBytes);
}

TEST_CASE("a filter shows the hosts that match all of it", "[host_api]") {
  Site site;
  const std::string a = site.Add("Mast North", "192.0.2.1", R"(, "group": "north", "tags": ["core", "fibre"])");
  site.Add("Mast South", "192.0.2.2", R"(, "group": "south", "tags": ["core"], "customer": "Q&A GmbH")");
  site.Add("Shop", "shop.example", R"(, "notes": "behind the mast")");
  Observe(site, a);
  const auto names = [&](const std::string& query) {
    std::string found;
    const auto list = JsonOf(site.Send("GET", "/api/hosts?" + query));
    for (const auto& host : list["hosts"].GetArray())
      found.append(found.empty() ? "" : ", ").append(host["name"].GetString());
    CHECK(list["summary"]["total"].GetUint() == list["hosts"].Size());
    return found;
  };
  CHECK(names("status=down") == "Mast North");
  CHECK(names("status=pending") == "Mast South, Shop");
  CHECK(names("group=south") == "Mast South");
  CHECK(names("tag=core") == "Mast North, Mast South");
  CHECK(names("tag=cor").empty());
  CHECK(names("q=MAST") == "Mast North, Mast South, Shop");
  CHECK(names("q=q%26a+g") == "Mast South");
  CHECK(names("q=shop.ex") == "Shop");
  CHECK(names("q=fibre") == "Mast North");
  CHECK(names("q=mast&tag=core&group=north") == "Mast North");
  CHECK(names("status=up").empty());
  CHECK(names("status=&group=&tag=&q=") == "Mast North, Mast South, Shop");
  CHECK(WrongFields(site.Send("GET", "/api/hosts?status=broken")) == std::vector<std::string>{"status"});
}

TEST_CASE("a filtered list is answered 304 to whoever has it", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  const std::string tag(site.Send("GET", "/api/hosts?q=a").Header("ETag"));
  const Response known = site.Send("GET", "/api/hosts?q=a", "", {"HTTP_IF_NONE_MATCH=" + tag});
  CHECK(known.status == 304);
  CHECK(known.Header("Vary") == "Accept-Encoding");  // as the whole answer has it: a cache keeps both apart
  site.Send("PATCH", Path(id), R"({"name": "B"})");
  CHECK(site.Send("GET", "/api/hosts?q=a", "", {"HTTP_IF_NONE_MATCH=" + tag}).status == 200);
}

TEST_CASE("the summary counts hosts by status", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  site.Add("B", "192.0.2.2");
  Observe(site, id);
  const auto summary = JsonOf(site.Send("GET", "/api/summary"));
  CHECK(summary["total"].GetInt() == 2);
  CHECK(summary["down"].GetInt() == 1);
  CHECK(summary["pending"].GetInt() == 1);
  CHECK(summary["uptime"].IsNull());
}

TEST_CASE("members that this version does not know survive an edit", "[host_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  std::string text = Contents(site.folder() / "hosts.json");
  text.insert(text.find("\"name\":\"A\""), "\"colour\":{\"of\":\"the door\"},");
  ReplaceFile(site.folder() / "hosts.json", text, 0640);
  site.Send("PUT", Path(id), R"({"name": "B", "ip": "192.0.2.1"})");
  CHECK_THAT(Contents(site.folder() / "hosts.json"), ContainsSubstring(R"("colour":{"of":"the door"})"));
}

TEST_CASE("what is secret of a website is written, and never read", "[host_api]") {
  Site site;
  const Response added = site.Send("POST", "/api/hosts", R"({"name": "Site", "check": "http",
      "url": "https://a.example/x", "username": "watch", "password": "s3cret", "headers": {"X-Key": "k3y", "A": "b"}})");
  REQUIRE(added.status == 201);
  const std::string path(added.Header("Location"));
  const auto everything = [&] {
    return std::string(site.Send("GET", path).body_text()) + std::string(site.Send("GET", "/api/hosts").body_text()) +
           std::string(added.body_text()) + Contents(site.folder() / "hosts.json") + site.EventsText();
  };
  CHECK_THAT(everything(), !ContainsSubstring("s3cret") && !ContainsSubstring("k3y"));
  CHECK_THAT(everything(), ContainsSubstring(R"("password":{"set":true})") &&
                               ContainsSubstring(R"("headers":{"X-Key":{"set":true},"A":{"set":true}})"));
  CHECK((std::filesystem::status(site.folder() / "secrets.json").permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
  const std::string id = path.substr(path.rfind('/') + 1);
  const auto secrets = [&] { return site.installation.secrets.Read()[id]; };
  CHECK(secrets().password == "s3cret");

  // What was read may be sent back, and what a patch does not name stays.
  const auto shown = JsonOf(site.Send("GET", path));
  CHECK(JsonOf(site.Send("PUT", path, JsonText([&](JsonWriter& out) { shown.Accept(out); })))["revision"].GetInt() ==
        1);
  CHECK(site.Send("PATCH", path, R"({"name": "Site 2"})").status == 200);
  CHECK(secrets().password == "s3cret");
  CHECK(site.Send("PATCH", path, R"({"headers": {"X-Key": "n3w", "A": null}})").status == 200);
  CHECK(secrets().headers == std::vector<std::pair<std::string, std::string>>{{"X-Key", "n3w"}});
  CHECK(JsonOf(site.Send("PATCH", path, R"({"password": "0ther"})"))["revision"].GetInt() == 4);
  CHECK(secrets().password == "0ther");
  CHECK_THAT(everything(), !ContainsSubstring("0ther") && !ContainsSubstring("n3w"));

  CHECK(site.Send("PATCH", path, R"({"password": null})").status == 200);
  CHECK(secrets().password.empty());
  CHECK(site.Send("DELETE", path).status == 204);
  CHECK_THAT(Contents(site.folder() / "secrets.json"), !ContainsSubstring("n3w"));
}

TEST_CASE("secrets do not follow a website's URL or address to another server", "[host_api]") {
  Site site;
  const Response added = site.Send("POST", "/api/hosts", R"({"name": "Site", "check": "http",
      "url": "https://a.example/x", "username": "watch", "password": "s3cret", "headers": {"X-Key": "k3y"}})");
  const std::string path(added.Header("Location"));
  for (const char* url : {"https://b.example/x", "http://a.example/x", "https://a.example:8443/x"})
    CHECK(WrongFields(site.Send("PATCH", path, std::string(R"({"url": ")") + url + "\"}")) ==
          std::vector<std::string>{"password", "headers.X-Key"});
  CHECK(WrongFields(site.Send("PATCH", path, R"({"ip": "192.0.2.7"})")) ==
        std::vector<std::string>{"password", "headers.X-Key"});
  CHECK(site.Send("PATCH", path, R"({"url": "https://A.example:443/y"})").status == 200);
  CHECK(site.Send("PATCH", path, R"({"url": "https://b.example/", "password": "0ther", "headers": null})").status ==
        200);
}

TEST_CASE("settings of another kind of check are refused, and go when the kind changes", "[host_api]") {
  Site site;
  CHECK(
      WrongFields(site.Send("POST", "/api/hosts", R"({"name": "A", "ip": "192.0.2.1", "url": "http://a.example/"})")) ==
      std::vector<std::string>{"url"});
  const std::string id = site.Add("A", "192.0.2.1", R"(, "check": "tcp", "port": 22)");
  CHECK(WrongFields(site.Send("PATCH", Path(id), R"({"check": "dns"})")) == std::vector<std::string>{"query"});
  const auto pinged = JsonOf(site.Send("PATCH", Path(id), R"({"check": null})"));
  CHECK(std::string(pinged["check"].GetString()) == "ping");
  CHECK_FALSE(pinged.HasMember("port"));
}

TEST_CASE("a website keeps its password and headers when a change finds no room for the list", "[host_api]") {
  Site site;
  const std::string id = site.Add("Site", "192.0.2.1",
                                  R"(, "check": "http", "url": "https://a.example/", "password": "s3cret",
                                     "headers": {"X-Key": "k"})");
  const std::string secrets = Contents(site.folder() / "secrets.json");
  const auto list = Contents(site.folder() / "hosts.json");
  // Its place is taken: the list cannot be written.
  std::filesystem::create_directory(site.folder() / "hosts.json.tmp");
  for (const char* change : {R"({"check": "ping"})", R"({"password": "0ther"})", R"({"headers": null})"}) {
    CHECK_THROWS_AS(site.Send("PATCH", Path(id), change), std::system_error);
    CHECK(Contents(site.folder() / "secrets.json") == secrets);
    CHECK(Contents(site.folder() / "hosts.json") == list);
  }
  CHECK_FALSE(std::filesystem::exists(site.folder() / "secrets.json.tmp"));
  std::filesystem::remove(site.folder() / "hosts.json.tmp");
  CHECK(site.Send("PATCH", Path(id), R"({"check": "ping"})").status == 200);
  CHECK_THAT(Contents(site.folder() / "secrets.json"), !ContainsSubstring("s3cret"));
}

TEST_CASE("a broken secrets.json is nobody's to overwrite", "[host_api]") {
  Site site;
  WriteInPlace(site.folder() / "secrets.json", "{\"hosts\":");
  const std::string website =
      R"({"name": "Site", "check": "http", "url": "https://a.example/x", "password": "s3cret"})";
  CHECK_THROWS_AS(site.Send("POST", "/api/hosts", website), BrokenSecrets);
  CHECK(Contents(site.folder() / "secrets.json") == "{\"hosts\":");
  CHECK(site.Send("POST", "/api/hosts", R"({"name": "A", "ip": "192.0.2.1"})").status == 201);
}

}  // namespace
}  // namespace linewatch::cgi
