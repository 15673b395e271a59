#include "cgi/import_api.h"

#include "cgi/host_edit.h"
#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::ContainsSubstring;

const Variables kCsv{"CONTENT_TYPE=text/csv; charset=utf-8"};

Response Import(Site& site, const std::string& body, const std::string& query = "", const Variables& more = kCsv) {
  return site.Send("POST", "/api/hosts/import" + query, body, more);
}

TEST_CASE("a dry run says what would be done, and does nothing", "[import_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  const auto plan =
      JsonOf(Import(site, "name,ip,group\nA,192.0.2.1,north\nB,192.0.2.2,\nC,nowhere at all,\n", "?dry_run=1"));
  CHECK(plan["add"].Size() == 1);
  CHECK(std::string(plan["add"][0]["name"].GetString()) == "B");
  CHECK(std::string(plan["add"][0]["check"].GetString()) == "ping");
  CHECK(plan["add"][0]["line"].GetInt() == 3);
  CHECK(std::string(plan["change"][0]["id"].GetString()) == id);
  CHECK(std::string(plan["change"][0]["changed"][0].GetString()) == "group");
  CHECK(plan["same"].GetInt() == 0);
  CHECK(plan["refuse"][0]["line"].GetInt() == 4);
  CHECK(std::string(plan["refuse"][0]["field"].GetString()) == "ip");
  CHECK(site.installation.hosts.Read().hosts.size() == 1);
}

TEST_CASE("an import is all or nothing", "[import_api]") {
  Site site;
  const Response refused = Import(site, "A, 192.0.2.1\nB, nowhere at all\n");
  CHECK(refused.status == 422);
  CHECK(WrongFields(refused) == std::vector<std::string>{"ip"});
  CHECK(JsonOf(refused)["add"].Size() == 1);
  CHECK_THAT(JsonOf(refused)["errors"][0]["message"].GetString(), ContainsSubstring("line 2: expected"));
  CHECK(site.installation.hosts.Read().hosts.empty());

  CHECK(Import(site, "A, 192.0.2.1\nB, 192.0.2.2\n").status == 200);
  const HostList list = site.installation.hosts.Read();
  CHECK(list.hosts.size() == 2);
  CHECK(list.revision == 1);
  CHECK_THAT(site.EventsText(), ContainsSubstring(R"("action":"add","host":")" + list.hosts[0].id + '"') &&
                                    ContainsSubstring(R"("action":"add","host":")" + list.hosts[1].id + '"'));
  CHECK(JsonOf(Import(site, "A, 192.0.2.1\nB, 192.0.2.2\n"))["same"].GetInt() == 2);
  CHECK(site.installation.hosts.Read().revision == 1);
}

TEST_CASE("what is no list is answered 400, another type 415, another query 422", "[import_api]") {
  Site site;
  CHECK(Import(site, "\"never closed").status == 400);
  CHECK_THAT(std::string(Import(site, std::string("\xFF\xFE"
                                                  "a\0",
                                                  4))
                             .body_text()),
             ContainsSubstring("UTF-16"));
  CHECK(Import(site, "{\"hosts\": [", "", {}).status == 400);
  CHECK(Import(site, "{}", "", {}).status == 400);
  CHECK(Import(site, "").status == 400);
  CHECK(Import(site, "x", "", {"CONTENT_TYPE=application/xml"}).status == 415);
  CHECK(Import(site, "A, 192.0.2.1", "?dry_run=maybe").status == 422);
  CHECK(site.Send("POST", "/api/hosts", "a,b", kCsv).status == 415);
}

TEST_CASE("the routes of all hosts are not the ids of any", "[import_api]") {
  Site site;
  const Response response = site.Send("DELETE", "/api/hosts/import");
  CHECK(response.status == 405);
  CHECK(response.Header("Allow") == "POST");
  CHECK(site.Send("POST", "/api/hosts/export", "{}").Header("Allow") == "GET, HEAD");
}

TEST_CASE("an import has more room than other requests", "[import_api]") {
  const auto limit = [](const std::string& method, const std::string& path) {
    const Variables variables{"REQUEST_METHOD=" + method, "SCRIPT_NAME=" + path};
    return BodyLimitOf(RequestWith(variables));
  };
  CHECK(limit("POST", "/api/hosts/import") == 8 << 20);
  CHECK(limit("PUT", "/api/hosts/import") == 1 << 20);
  CHECK(limit("POST", "/api/hosts") == 1 << 20);
  CHECK(limit("POST", "/nowhere") == 1 << 20);
}

// One of each kind, with whatever is awkward in a table.
void Fill(Site& site) {
  for (const std::string& service : kServices) site.Send("POST", "/api/hosts", service);
  const std::string gateway =
      site.Add("=cmd()", "192.0.2.254", R"(, "tags": ["a b", "c"], "notes": "two\nlines, \"q\"")");
  site.Add(
      "\xC3\x9C;ber", "2001:db8::1",
      R"(, "parents": [")" + gateway + R"("], "group": "-x", "timeout": 0.5, "enabled": false, "sla_percent": 99.95,
           "maintenance": [{"days": [1, 7], "from": "23:00", "to": "02:00", "note": "n"}, {"from": 1000, "to": 2000}])");
  site.Send("POST", "/api/hosts", R"({"name": "No warnings", "check": "tls", "ip": "192.0.2.7", "warn_days": []})");
  site.Send("POST", "/api/hosts",
            R"({"name": "Bounds", "check": "mqtt", "topic": "a/+", "min": -0.0004, "max": 1e13, "expect": ""})");
}

std::map<std::string, std::string> SettingsById(Site& site) {
  std::map<std::string, std::string> settings;
  for (const Host& host : site.installation.hosts.Read().hosts)
    settings[host.id] = JsonText([&](JsonWriter& out) { WriteSettings(out, host); });
  return settings;
}

TEST_CASE("what is exported is the same when it is imported, here and elsewhere", "[import_api]") {
  for (const std::string format : {"csv", "json"}) {
    Site from, to;
    Fill(from);
    const Response exported = from.Send("GET", "/api/hosts/export?format=" + format);
    CHECK(exported.status == 200);
    CHECK_THAT(std::string(exported.Header("Content-Disposition")),
               ContainsSubstring("attachment; filename=\"linewatch-hosts-20") && ContainsSubstring("." + format + '"'));
    const std::string text(exported.body_text());
    const Variables type{format == "csv" ? "CONTENT_TYPE=text/csv" : "CONTENT_TYPE=application/json"};
    const auto again = JsonOf(Import(from, text, "", type));
    CHECK(again["same"].GetUint() == SettingsById(from).size());
    CHECK(again["change"].Empty());
    const Response moved = Import(to, text, "", type);
    INFO(moved.body_text());
    CHECK(moved.status == 200);
    CHECK(SettingsById(to) == SettingsById(from));
  }
}

TEST_CASE("an export holds no secrets and no formulas", "[import_api]") {
  Site site;
  site.Send("POST", "/api/hosts",
            R"({"name": "@x", "check": "http", "url": "http://192.0.2.1/", "username": "u", "password": "sesame"})");
  for (const char* format : {"", "?format=csv", "?format=json"}) {
    const std::string text(site.Send("GET", std::string("/api/hosts/export") + format).body_text());
    CHECK_THAT(text, !ContainsSubstring("sesame") && !ContainsSubstring("password"));
  }
  CHECK_THAT(std::string(site.Send("GET", "/api/hosts/export").body_text()), ContainsSubstring(",'@x,"));
  CHECK(site.Send("GET", "/api/hosts/export?format=xml").status == 422);
}

TEST_CASE("a heartbeat that is imported waits for its token, and one that is no more loses it", "[import_api]") {
  Site site;
  CHECK(Import(site, "name,check\nBackup,push\n").status == 200);
  const std::string id = site.installation.hosts.Read().hosts.at(0).id;
  CHECK(JsonOf(Import(site, "name,check\nBackup,push\n"))["same"].GetInt() == 1);
  CHECK(site.Send("POST", "/api/hosts/" + id + "/token").status == 200);
  // What takes the place of the new list keeps it from being written: then the token stays, too.
  std::filesystem::create_directory(site.folder() / "hosts.json.tmp");
  CHECK_THROWS_AS(Import(site, "id,check,ip\n" + id + ",ping,192.0.2.1\n"), std::system_error);
  CHECK(site.installation.secrets.Read().contains(id));
  std::filesystem::remove(site.folder() / "hosts.json.tmp");
  CHECK(Import(site, "id,check,ip\n" + id + ",ping,192.0.2.1\n").status == 200);
  CHECK_FALSE(site.installation.secrets.Read().contains(id));
}

}  // namespace
}  // namespace linewatch::cgi
