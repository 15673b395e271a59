#include "cgi/router.h"

#include <map>
#include <set>

#include "cgi/api_description.h"
#include "store/config.h"
#include "store/host_check.h"
#include "store/push_token.h"
#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

rapidjson::Document OpenApi() {
  rapidjson::Document description;
  const std::string text = Contents("cgi/openapi.json");
  REQUIRE_FALSE(text.empty());  // run from the top folder
  REQUIRE_FALSE(ParseJson(DescribeApi(text), description));
  return description;
}

std::set<std::string> NamesIn(const rapidjson::Value& object) {
  std::set<std::string> names;
  for (const auto& member : object.GetObject()) names.emplace(member.name.GetString());
  return names;
}

TEST_CASE("openapi.json names exactly the routes that there are, with their roles", "[router]") {
  const std::map<std::string, std::string> methods = {
      {"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"}};
  std::set<std::string> described, routed;
  const auto description = OpenApi();
  for (const auto& path : description["paths"].GetObject())
    for (const auto& member : path.value.GetObject())
      if (const auto method = methods.find(member.name.GetString()); method != methods.end())
        described.insert(method->second + ' ' + path.name.GetString() + ' ' + member.value["x-least-role"].GetString());
  for (const Route& route : Routes())
    routed.insert(std::string(route.method) + ' ' + std::string(route.path) + ' ' + std::string(NameOf(route.least)));
  CHECK(described == routed);
  CHECK(routed.size() == Routes().size());
}

TEST_CASE("openapi.json shows the schema that hosts are checked by", "[router]") {
  rapidjson::Document schema;
  REQUIRE_FALSE(ParseJson(HostSchemaText(), schema));
  CHECK(OpenApi()["components"]["schemas"]["HostSettings"] == schema);
}

TEST_CASE("openapi.json names every member that is answered", "[router]") {
  const auto description = OpenApi();
  const auto described = [&](const char* name) {
    return NamesIn(description["components"]["schemas"][name]["properties"]);
  };
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  std::set<std::string> answered = NamesIn(JsonOf(site.Send("GET", "/api/hosts/" + id)));
  for (const std::string& service : kServices) {
    const Response added = site.Send("POST", "/api/hosts", service);
    REQUIRE(added.status == 201);
    answered.merge(NamesIn(JsonOf(added)));
  }
  CHECK(described("Host") == answered);
  CHECK(described("HostList") == NamesIn(JsonOf(site.Send("GET", "/api/hosts"))));
  CHECK(described("Summary") == NamesIn(JsonOf(site.Send("GET", "/api/summary"))));
  CHECK(described("Me") == NamesIn(JsonOf(site.Send("GET", "/api/me"))));
  CHECK(described("Health") == NamesIn(JsonOf(site.Send("GET", "/api/health"))));
  CHECK(described("Config") == NamesIn(JsonOf(site.Send("GET", "/api/config"))));
  const auto config = JsonOf(site.Send("GET", "/api/config"));
  for (const char* part : {"smtp", "telegram", "slack", "webhook", "mqtt", "access"})
    CHECK(NamesIn(description["components"]["schemas"]["Config"]["properties"][part]["properties"]) ==
          NamesIn(config[part]));
}

TEST_CASE("a path that is not exactly a route is 404", "[router]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  for (const std::string& path : std::vector<std::string>{"",
                                                          "/",
                                                          "/api",
                                                          "/api/",
                                                          "/apix",
                                                          "/api/host",
                                                          "/api/hosts/",
                                                          "/API/hosts",
                                                          "/api/Hosts",
                                                          "//api/hosts",
                                                          "/api//hosts",
                                                          "/api/./hosts",
                                                          "/api/../api/hosts",
                                                          "/api/hosts;x",
                                                          "/api;a/hosts",
                                                          "/api\\hosts",
                                                          "/api/hosts\n",
                                                          "/api/hosts/" + id + "/",
                                                          "/api/hosts//" + id,
                                                          "/api/hosts/" + id + "/check/",
                                                          "/api/hosts/" + id + "//check",
                                                          "/api/hosts/ABC",
                                                          "/api/hosts/a.b",
                                                          "/api/hosts/a-b",
                                                          "/api/hosts/../hosts",
                                                          "/api/hosts/" + std::string(33, 'a'),
                                                          "/api/hosts//check",
                                                          "/api/hosts/a/b/check",
                                                          "/api/hosts/{id}",
                                                          "/api/me/x",
                                                          "/api/push",
                                                          "/api/push/",
                                                          "/api/push/" + std::string(23, 'a'),
                                                          "/api/push/" + std::string(25, 'a'),
                                                          "/api/push/" + std::string(24, 'A'),
                                                          "/api/push/" + std::string(24, 'a') + "/",
                                                          "/api/push/" + std::string(23, 'a') + "-",
                                                          "/api/push/{token}",
                                                          "/metrics/"})
    for (const char* method : {"GET", "POST", "DELETE"}) {
      CAPTURE(path, method);
      const Response response = site.Send(method, path);
      CHECK(response.status == 404);
      CHECK(response.type == "application/problem+json");
    }
}

TEST_CASE("another method is 405, with those that there are", "[router]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  const auto allowed = [&](const std::string& method, const std::string& path) {
    const Response response = site.Send(method, path, "{}");
    CHECK(response.status == 405);
    return std::string(response.Header("Allow"));
  };
  CHECK(allowed("DELETE", "/api/hosts") == "GET, HEAD, POST");
  CHECK(allowed("POST", "/api/hosts/" + id) == "GET, HEAD, PUT, PATCH, DELETE");
  CHECK(allowed("GET", "/api/hosts/" + id + "/check") == "POST");
  CHECK(allowed("HEAD", "/api/hosts/" + id + "/check") == "POST");
  CHECK(allowed("OPTIONS", "/api/me") == "GET, HEAD");
  CHECK(allowed("get", "/api/me") == "GET, HEAD");
  CHECK(allowed("", "/api/me") == "GET, HEAD");
}

TEST_CASE("nobody does more than the role allows, on any route", "[router]") {
  Site site(R"({"access": {"roles": {"vera": "viewer", "otto": "operator", "ada": "admin"}}})");
  site.Send("POST", "/api/hosts", R"({"name": "A", "ip": "192.0.2.1"})", {"REMOTE_USER=ada"});
  const std::string id = site.installation.hosts.Read().hosts.at(0).id;
  const std::map<std::string, Role> users = {{"", Role::kViewer},
                                             {"zoe", Role::kViewer},
                                             {"vera", Role::kViewer},
                                             {"otto", Role::kOperator},
                                             {"ada", Role::kAdmin}};
  for (const Route& route : Routes())
    for (const auto& [user, role] : users) {
      std::string path(route.path);
      if (const size_t place = path.find("{id}"); place != std::string::npos) path.replace(place, 4, id);
      if (const size_t place = path.find("{token}"); place != std::string::npos)
        path.replace(place, 7, std::string(kPushTokenLength, 'a'));
      if (const size_t place = path.find("{outage}"); place != std::string::npos) path.replace(place, 8, id + "-1");
      CAPTURE(route.method, path, user);
      // Nothing is let through far enough to change anything.
      const std::string body = route.method == "POST" || route.method == "PUT" ? "[]" : R"({"maintenance": 7})";
      const bool writes = route.method != "GET";
      const int status = site.Send(std::string(route.method), path, writes ? body : "",
                                   {"REMOTE_USER=" + user, "HTTP_IF_MATCH=\"77\""})
                             .status;
      CHECK((status == 403) == (role < route.least));
    }
}

TEST_CASE("a page of another origin changes nothing, but may be looked at from there", "[router]") {
  Site site;
  const std::string host = R"({"name": "A", "ip": "192.0.2.1"})";
  for (const char* header : {"HTTP_ORIGIN=http://evil.example", "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=cross-site"}) {
    CHECK(site.Send("POST", "/api/hosts", host, {header}).status == 403);
    CHECK(site.Send("GET", "/api/hosts", "", {header}).status == 200);
  }
  CHECK(site.Send("POST", "/api/hosts", host, {"HTTP_ORIGIN=http://localhost:8000"}).status == 201);
}

TEST_CASE("a body is JSON by its type", "[router]") {
  Site site;
  const auto status = [&](const std::string& type) {
    return site.Send("POST", "/api/hosts", "[]", {"CONTENT_TYPE=" + type}).status;
  };
  for (const char* type : {"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8",
                           "application/merge-patch+json"})
    CHECK(status(type) == 422);
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/jsonx", "text/plain; application/json", "application/json, text/plain"})
    CHECK(status(type) == 415);
}

TEST_CASE("a header that stands there twice is refused", "[router]") {
  Site site;
  CHECK(site.Send("GET", "/api/me", "", {"HTTP_SEC_FETCH_SITE=same-origin", "HTTP_SEC_FETCH_SITE=cross-site"}).status ==
        400);
  CHECK(site.Send("GET", "/api/me", "", {"REMOTE_USER=vera", "REMOTE_USER=ada"}).status == 400);
}

TEST_CASE("a body that is too large or ended early is not looked at", "[router]") {
  Site site;
  const Variables variables = {"REQUEST_METHOD=POST", "SCRIPT_NAME=/api/hosts", "REMOTE_ADDR=::1", "HTTP_HOST=[::1]:80",
                               "CONTENT_TYPE=application/json"};
  Request large = RequestWith(variables);
  large.body_too_large = true;
  CHECK(Answer(site.installation, large).status == 413);
  Request cut = RequestWith(variables);
  cut.body = "{}";
  cut.body_cut_short = true;
  CHECK(Answer(site.installation, cut).status == 400);
}

TEST_CASE("nothing is kept by a cache but the list", "[router]") {
  Site site;
  for (const char* path :
       {"/api/me", "/api/config", "/api/health", "/api/summary", "/api/hosts/nobody", "/api/nothing"})
    CHECK(site.Send("GET", path).Header("Cache-Control") == "no-store");
  CHECK(site.Send("PATCH", "/api/me").Header("Cache-Control") == "no-store");
}

TEST_CASE("every answer is compressed before the web server does it", "[router]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  for (const std::string& path : {std::string("/api/hosts?q=a"), "/api/hosts/" + id, std::string("/api/config")}) {
    const Response whole = site.Send("GET", path);
    CHECK(whole.Header("Content-Encoding").empty());
    const Response small = site.Send("GET", path, "", {"HTTP_ACCEPT_ENCODING=gzip"});
    CHECK(small.Header("Content-Encoding") == "gzip");
    CHECK(small.Header("Vary") == "Accept-Encoding");
    CHECK(small.Header("ETag") == (whole.Header("ETag").empty() ? "" : GzipTag(whole.Header("ETag"))));
    CHECK(small.body_text().size() < whole.body_text().size());
  }
}

TEST_CASE("what is logged of a path is the route and not what a client wrote", "[router]") {
  const Variables heartbeat = {"SCRIPT_NAME=/api/push/abcdefghijklmnopqrstuvwx"};
  CHECK(RoutePath(RequestWith(heartbeat)) == "/api/push/{token}");
  const Variables host = {"SCRIPT_NAME=/api/hosts/secret"}, other = {"SCRIPT_NAME=/elsewhere"};
  CHECK(RoutePath(RequestWith(host)) == "/api/hosts/{id}");
  CHECK(RoutePath(RequestWith(other)).empty());
}

}  // namespace
}  // namespace linewatch::cgi
