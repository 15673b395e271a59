#include "cgi/published_list.h"

#include <sys/stat.h>

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

const Variables kGzip = {"HTTP_ACCEPT_ENCODING=gzip"};

Variables NoneMatch(const std::string& tags) { return {"HTTP_IF_NONE_MATCH=" + tags}; }

// As monitord does at the end of a cycle.
void PublishCycle(Site& site, int second) {
  HostList list = site.installation.hosts.Read();
  list.updated = FromUnixSeconds(1763800000 + second);
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
}

TEST_CASE("the list is the published file, byte for byte", "[published_list]") {
  Site site;
  site.Add("Server A", "192.0.2.1");
  const Response response = site.Send("GET", "/api/hosts");
  CHECK(response.status == 200);
  CHECK(response.type == "application/json");
  CHECK(response.body_text() == Contents(site.folder() / "hosts.json"));
  CHECK(response.Header("Cache-Control") == "no-cache");
  CHECK(response.Header("Vary") == "Accept-Encoding");
}

TEST_CASE("the list compresses to fewer bytes under a tag of its own", "[published_list]") {
  Site site;
  for (int i = 1; i < 20; ++i) site.Add("Server " + std::to_string(i), "192.0.2." + std::to_string(i));
  const std::string tag(site.Send("GET", "/api/hosts").Header("ETag"));
  for (int i = 0; i < 2; ++i) {
    const Response response = site.Send("GET", "/api/hosts", "", kGzip);
    CHECK(response.Header("Content-Encoding") == "gzip");
    CHECK(response.Header("ETag") == GzipTag(tag));
    CHECK(response.body_text().size() < Contents(site.folder() / "hosts.json").size() / 5);
  }
}

TEST_CASE("whoever has the list is not sent it again until it changes", "[published_list]") {
  Site site;
  const std::string id = site.Add("Server A", "192.0.2.1");
  const std::string tag(site.Send("GET", "/api/hosts").Header("ETag"));
  for (const std::string& known : {tag, "W/" + tag, GzipTag(tag), "\"x\", " + tag, std::string("*")}) {
    const Response response = site.Send("GET", "/api/hosts", "", NoneMatch(known));
    CHECK(response.status == 304);
    CHECK(response.body_text().empty());
    CHECK(response.type.empty());
    CHECK(response.Header("ETag") == tag);
  }
  CHECK(site.Send("GET", "/api/hosts", "", NoneMatch("\"x\"")).status == 200);

  SECTION("by a cycle") { PublishCycle(site, 1); }
  SECTION("by an edit") { site.Send("PATCH", "/api/hosts/" + id, R"({"name": "B"})"); }
  SECTION("by hand, which raises nothing") {
    std::string text = Contents(site.folder() / "hosts.json");
    text.replace(text.find("Server A"), 8, "Server B");
    ReplaceFile(site.folder() / "hosts.json", text, 0640);
  }
  const Response response = site.Send("GET", "/api/hosts", "", NoneMatch(tag));
  CHECK(response.status == 200);
  CHECK(response.Header("ETag") != tag);
  CHECK(response.body_text() == Contents(site.folder() / "hosts.json"));
}

TEST_CASE("the compressed list follows the file", "[published_list]") {
  Site site;
  site.Add("Server A", "192.0.2.1");
  const std::string before(site.Send("GET", "/api/hosts", "", kGzip).body_text());
  PublishCycle(site, 7);
  CHECK(site.Send("GET", "/api/hosts", "", kGzip).body_text() != before);
}

TEST_CASE("before anything is published the list is empty", "[published_list]") {
  Site site;
  const auto list = JsonOf(site.Send("GET", "/api/hosts"));
  CHECK(list["hosts"].Empty());
  CHECK(list["updated"].GetDouble() == 0);
  CHECK(list["summary"]["total"].GetInt() == 0);
}

TEST_CASE("what people wrote is handed out in the form of the API", "[published_list]") {
  Site site;
  WriteInPlace(site.folder() / "hosts.json", R"({"hosts": [{"name": "A", "ip": "192.0.2.1"}]})");
  auto list = JsonOf(site.Send("GET", "/api/hosts"));
  CHECK(std::string(list["hosts"][0]["status"].GetString()) == "pending");
  CHECK(list["monitor"]["notices"].Empty());
  WriteInPlace(site.folder() / "hosts.json", R"([{"name": "B", "ip": "192.0.2.1", "fail_count": 3}])");
  list = JsonOf(site.Send("GET", "/api/hosts"));
  CHECK(std::string(list["hosts"][0]["name"].GetString()) == "B");
}

TEST_CASE("a damaged file is never handed out", "[published_list]") {
  Site site;
  site.Add("Server A", "192.0.2.1");
  const std::string good = Contents(site.folder() / "hosts.json");
  std::string not_utf8 = good;
  not_utf8[good.find("Server A")] = '\xff';
  for (const std::string& bad : {good.substr(0, good.size() / 2), good + "x", std::string(good.size(), '\0'),
                                 good + std::string(1, '\0'), not_utf8, std::string()}) {
    ReplaceFile(site.folder() / "hosts.json", bad, 0640);
    const Response response = site.Send("GET", "/api/hosts");
    CHECK(response.status == 200);
    CHECK(JsonOf(response)["hosts"].IsArray());
  }
  ReplaceFile(site.folder() / "hosts.json", good, 0640);
  CHECK(site.Send("GET", "/api/hosts").body_text() == good);
}

TEST_CASE("one host is found, whoever wrote the file", "[published_list]") {
  Site site;
  site.Add("Server A", "192.0.2.1");
  const std::string id = site.Add("Server B", "192.0.2.2");
  const std::string path = "/api/hosts/" + id;
  const std::string good = Contents(site.folder() / "hosts.json");
  const std::string published(site.Send("GET", path).body_text());
  CHECK(published.find("Server B") != published.npos);
  CHECK(site.Send("GET", "/api/hosts/0000000000").status == 404);

  // An editor that lays it out has made it nobody's but its own.
  WriteInPlace(site.folder() / "hosts.json", "\n" + good);
  CHECK(site.Send("GET", path).body_text() == published);
  WriteInPlace(site.folder() / "hosts.json", R"({"hosts": [{"id": ")" + id + R"(", "name": "C", "ip": "192.0.2.3"}]})");
  CHECK(std::string(JsonOf(site.Send("GET", path))["name"].GetString()) == "C");
}

}  // namespace
}  // namespace linewatch::cgi
