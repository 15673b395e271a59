#include "cgi/host_edit.h"

#include "store/json/json_members.h"
#include "tests/unit/catch.h"

namespace linewatch::cgi {
namespace {

using std::chrono::seconds;
using Names = std::vector<std::string>;

rapidjson::Document Json(std::string_view text) {
  rapidjson::Document document;
  if (ParseJson(text, document)) throw std::runtime_error("no JSON: " + std::string(text));
  return document;
}

Host Ping() {
  Host host;
  host.id = "a";
  host.revision = 7;
  host.name = "Server A";
  host.ip = "192.0.2.1";
  return host;
}

Host Website(const std::string& url) {
  Host host = Ping();
  host.ip.clear();
  host.check = CheckKind::kHttp;
  host.check_settings = CheckSettings();
  host.check_settings->url = url;
  host.check_settings->password.is_set = true;
  host.check_settings->headers.names = {"X-Key"};
  return host;
}

Names FieldsOf(const std::vector<FieldError>& errors) {
  Names fields;
  for (const FieldError& error : errors) fields.push_back(error.field);
  return fields;
}

Host Patched(const Host& host, std::string_view patch) {
  return WithSettings(host, PatchedSettings(host, Json(patch)));
}

TEST_CASE("a patch changes what it names, and null resets it", "[host_edit]") {
  Host host = Ping();
  host.group = "north";
  host.retries = 5;
  const Host patched = Patched(host, R"({"name": "Server B", "retries": null})");
  CHECK(patched.name == "Server B");
  CHECK_FALSE(patched.retries);
  CHECK(patched.group == "north");
  CHECK(ChangedSettings(host, patched) == Names{"name", "retries"});
  CHECK(ChangedSettings(host, Patched(host, "{}")).empty());
}

TEST_CASE("a host keeps its id, its revision and what this version does not know, whatever the patch says",
          "[host_edit]") {
  Host host = Ping();
  host.unknown_members = std::string(R"(,"colour":"red")");
  const Host patched = Patched(host, R"({"id": "b", "revision": 1, "status": "up", "name": "Server B"})");
  CHECK(patched.id == "a");
  CHECK(patched.revision == 7);
  CHECK(*patched.unknown_members == R"(,"colour":"red")");
  CHECK(patched.seen.status == Status::kPending);
}

TEST_CASE("another kind of check keeps what both have and drops what it has no use for", "[host_edit]") {
  Host tls = Ping();
  tls.check = CheckKind::kTls;
  tls.check_settings = CheckSettings();
  tls.check_settings->port = 8443;
  tls.check_settings->server_name = "noc.example";
  const Host tcp = Patched(tls, R"({"check": "tcp"})");
  CHECK(tcp.check == CheckKind::kTcp);
  CHECK(tcp.check_settings->port == 8443);
  CHECK(tcp.check_settings->server_name.empty());
  // Null is the default, and that is ping.
  const Host ping = Patched(tls, R"({"check": null})");
  CHECK(ping.check == CheckKind::kPing);
  CHECK_FALSE(ping.check_settings);
}

TEST_CASE("a patch answers for what it names, and for nothing that config.json has made wrong", "[host_edit]") {
  Host host = Ping();
  host.timeout = seconds(5);
  Config config;
  config.interval = seconds(2);
  const auto errors = [&](std::string_view text) {
    const auto patch = Json(text);
    return FieldsOf(CheckPatched(PatchedSettings(host, patch), patch, config));
  };
  CHECK(errors(R"({"name": "Server B"})").empty());
  CHECK(errors(R"({"timeout": 4})") == Names{"timeout"});
  CHECK(errors(R"({"timeout": 1})").empty());
  CHECK(errors(R"({"colour": "red"})") == Names{"colour"});
  CHECK(errors(R"({"check": "tcp"})") == Names{"port"});  // which it needs, and does not name
}

TEST_CASE("an acknowledgement and what was observed stay as long as the target does", "[host_edit]") {
  Host host = Ping();
  host.acknowledged = Acknowledgement{"ada", FromUnixSeconds(1000), "a digger"};
  host.seen.status = Status::kDown;

  Host renamed = Patched(host, R"({"name": "Server B"})");
  CHECK(renamed.acknowledged);
  Host edited = host;
  ReplaceSettings(edited, std::move(renamed));
  CHECK(edited.revision == 8);
  CHECK(edited.seen.status == Status::kDown);

  Host moved = Patched(host, R"({"ip": "192.0.2.2"})");
  CHECK_FALSE(moved.acknowledged);
  edited = host;
  ReplaceSettings(edited, std::move(moved));
  CHECK(edited.revision == 8);
  CHECK(edited.seen.status == Status::kPending);
}

TEST_CASE("secrets that are kept do not follow a host to another server", "[host_edit]") {
  const Host host = Website("https://one.example/health");
  const auto misled = [&](std::string_view patch) {
    const auto settings = PatchedSettings(host, Json(patch));
    return FieldsOf(FindMisledSecrets(settings, host, WithSettings(host, settings)));
  };
  CHECK(misled(R"({"url": "https://one.example/other?page=1", "name": "B"})").empty());
  for (const char* elsewhere : {R"({"url": "https://two.example/health"})", R"({"url": "http://one.example/health"})",
                                R"({"url": "https://one.example:8443/health"})", R"({"ip": "192.0.2.2"})"})
    CHECK(misled(elsewhere) == Names{"password", "headers.X-Key"});
  CHECK(misled(R"({"url": "https://two.example/", "password": "new"})") == Names{"headers.X-Key"});
  CHECK(misled(R"({"url": "https://two.example/", "password": null, "headers": {"X-Key": "new"}})").empty());
}

}  // namespace
}  // namespace linewatch::cgi
