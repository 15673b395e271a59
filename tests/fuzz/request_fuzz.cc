// Any request, as a web server hands it on, to an installation that is sound. The input is lines of the form NAME=VALUE,
// the variables of CGI, an empty line and the body.
#include <zlib.h>

#include <algorithm>
#include <map>
#include <set>

#include "cgi/router.h"
#include "store/file/atomic_file.h"
#include "store/host_json.h"
#include "store/push_token.h"
#include "tests/fuzz/property.h"
#include "tests/unit/temp_dir.h"

namespace linewatch::cgi {
namespace {

// What nobody may be shown stands in the files under names that begin so.
constexpr std::string_view kSecret = "Sekrit9";
const std::string kToken = "abcdefghijklmnopqrstuvwx";

const std::map<std::string, std::string> kFiles = {
    {"config.json", R"json({
"access": {"anonymous": "viewer", "roles": {"vera": "viewer", "otto": "operator", "ada": "admin"}},
"smtp": {"host": "mail.example.org", "from": "a@example.org", "to": ["b@example.org"], "password": "Sekrit9-smtp"},
"telegram": {"token": "Sekrit9-telegram", "chat_id": "1"},
"slack": {"webhook_url": "https://slack.example.org/Sekrit9-slack"},
"webhook": {"url": "https://hook.example.org/", "secret": "Sekrit9-webhook"},
"mqtt": {"host": "broker.example.org", "username": "m", "password": "Sekrit9-mqtt"}})json"},
    {"secrets.json", R"json({"format": 1, "hosts": {
"h000000002": {"password": "Sekrit9-password", "headers": {"X-Key": "Sekrit9-header"}},
"h000000003": {"token_hash": ")json" +
                         HashOf(kToken) + R"json("}}})json"},
    {"hosts.json", R"json({"format": 1, "revision": 3, "updated": 1763800000, "interval": 10, "hosts": [
{"id": "h000000001", "revision": 1, "name": "Line", "ip": "192.0.2.1", "status": "down", "statusCurrent": false,
 "fail_count": 20, "fail_since": 1763799000, "reason": "no answer within 1 s", "parents": ["h000000004"]},
{"id": "h000000002", "revision": 1, "name": "Website", "check": "http", "url": "https://www.example.org/",
 "password": {"set": true}, "headers": {"X-Key": {"set": true}}},
{"id": "h000000003", "revision": 1, "name": "Backup", "check": "push", "max_age": 3600},
{"id": "h000000004", "revision": 1, "name": "Router", "ip": "192.0.2.4", "enabled": false},
{"id": "h000000005", "revision": 1, "name": "Names", "check": "dns", "ip": "192.0.2.5", "query": "example.org"},
{"id": "h000000006", "revision": 1, "name": "Hall", "check": "mqtt", "topic": "hall/temperature", "max_age": 90}]})json"},
};

class Place {
 public:
  Place() {
    for (const auto& [name, text] : kFiles) WriteInPlace(folder_ / name, text);
    // As the store writes it, so that whatever differs later was changed by a request.
    installation.hosts.Update([](HostList& list, auto&) {
      ++list.revision;
      return EditEvent{WallNow(), "", "adopt", "", {}};
    });
    for (const auto& [name, text] : kFiles) files_[name] = {Contents(folder_ / name), IdentityOf(folder_ / name)};
  }

  void Reset() {
    for (auto& [name, file] : files_)
      if (is_changed(name)) {
        WriteInPlace(folder_ / name, file.text);
        file.identity = IdentityOf(folder_ / name);
      }
    for (const char* name : {"events", "requests.jsonl"}) std::filesystem::remove_all(folder_ / name);
  }

  bool is_changed(const std::string& name) const {
    const File& file = files_.at(name);
    return !(IdentityOf(folder_ / name) == file.identity) && Contents(folder_ / name) != file.text;
  }
  bool is_changed() const {
    return has_events() ||
           std::any_of(files_.begin(), files_.end(), [&](const auto& file) { return is_changed(file.first); });
  }
  bool has_events() const { return std::filesystem::exists(folder_ / "events"); }
  bool has_requests() const { return std::filesystem::exists(folder_ / "requests.jsonl"); }

  // hosts.json without what an operator may change of it.
  std::string OfAdmins() const {
    HostList list = installation.hosts.Read();
    list.revision = 0;
    for (Host& host : list.hosts) {
      host.revision = 0;
      host.maintenance.clear();
      host.acknowledged.reset();
    }
    return JsonText([&](JsonWriter& out) { WriteHostList(out, list); });
  }

 private:
  struct File {
    std::string text;
    FileIdentity identity;
  };
  TempDir folder_;
  std::map<std::string, File> files_;

 public:
  Installation installation{{folder_.path(), folder_.path()}, folder_ / "config.json"};
};

// By the path and method of openapi.json: the statuses that it names.
using Described = std::map<std::string, std::set<int>>;
Described ReadDescription() {
  rapidjson::Document openapi;
  Require(!ParseJson(Contents("cgi/openapi.json"), openapi), "this runs in the top folder");
  Described described;
  for (const auto& path : openapi["paths"].GetObject())
    for (const auto& method : path.value.GetObject()) {
      if (!method.value.IsObject() || !method.value.HasMember("responses")) continue;
      std::string name = method.name.GetString();
      std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      auto& statuses = described[name + ' ' + path.name.GetString()];
      for (const auto& status : method.value["responses"].GetObject())
        statuses.insert(std::stoi(status.name.GetString()));
    }
  return described;
}

std::string Unpacked(std::string_view packed) {
  z_stream stream{};
  Require(inflateInit2(&stream, 15 + 16) == Z_OK, "there is memory");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    const size_t filled = text.size();
    text.resize(filled + 65536);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + filled);
    stream.avail_out = 65536;
    result = inflate(&stream, Z_NO_FLUSH);
    text.resize(text.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  Require(result == Z_STREAM_END, "what is said to be gzip is gzip");
  return text;
}

Request ReadRequest(std::string_view text) {
  std::vector<std::string_view> variables;
  while (!text.empty() && !text.starts_with('\n')) {
    const size_t end = std::min(text.find('\n'), text.size());
    variables.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  Request request(variables);
  if (!request.is_write()) return request;  // lighttpd takes no body of those
  request.body = text.substr(std::min<size_t>(1, text.size()));
  request.body_too_large = request.Variable("CONTENT_LENGTH") == "2000000";
  request.body_cut_short = request.Variable("CONTENT_LENGTH") == "1999999";
  if (request.body_too_large || request.body_cut_short) request.body.clear();
  return request;
}

void RequireSound(const Request& request, const Response& response, std::string_view input) {
  static const Described described = ReadDescription();
  const std::string route(RoutePath(request));
  const auto statuses = described.find(std::string(request.method()) + ' ' + route);
  if (statuses != described.end()) {
    if (!statuses->second.contains(response.status)) std::fprintf(stderr, "%d of %s\n", response.status, route.c_str());
    Require(statuses->second.contains(response.status), "a route answers what openapi.json says");
  } else {
    Require(response.status == (request.has_doubled_variable() ? 400
                                : route.empty()                ? 404
                                                               : 405),
            "there is no other route");
  }

  const std::string head = HeaderText(response);
  Require(head.find("\r\n\r\n") == head.size() - 4, "no header ends the headers");
  for (size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    Require(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'), "a header is ASCII");
    Require((c == '\r') == (i + 1 < head.size() && head[i + 1] == '\n'), "a line of the head ends by CR LF");
  }
  Require(response.type.empty() == response.body_text().empty(), "a body has a type");
  const bool is_problem = response.type == "application/problem+json";
  Require(is_problem == (response.status >= 400) || route == "/api/health",
          "what goes wrong is told as RFC 9457 has it");
  Require(!response.Header("Cache-Control").empty(), "whether an answer may be kept is said");
  if (response.type.empty()) return;

  const std::string body = response.Header("Content-Encoding") == "gzip" ? Unpacked(response.body_text())
                                                                         : std::string(response.body_text());
  rapidjson::Document answer;
  if (response.type.find("json") != response.type.npos)
    Require(!ParseJson(body, answer) && (answer.IsObject() || answer.IsArray()), "an answer is JSON if it says so");
  // Where the client has it already it may be his own word.
  if (input.find(kSecret) == std::string_view::npos)
    Require(body.find(kSecret) == std::string::npos && head.find(kSecret) == std::string::npos, "a secret is not told");
}

void Try(std::string_view input) {
  static Place place;
  place.Reset();
  static const std::string of_admins = place.OfAdmins();

  const Request request = ReadRequest(input);
  Response response = Answer(place.installation, request);
  const auto user = request.Variable("REMOTE_USER");
  if (response.later && !request.is_write()) response = response.later(request);
  if (response.later) {
    Require(user == "ada", "only an admin tries a channel");
    return;  // it would wait for monitord
  }
  RequireSound(request, response, input);

  const bool is_changed = place.is_changed();
  if (!request.is_write()) Require(!is_changed, "looking changes nothing");
  if (response.status >= 300) Require(!is_changed, "what is refused changes nothing");
  if (user != "ada" && user != "otto") Require(!is_changed, "who has no role changes nothing");
  if (user != "ada") {
    Require(!place.is_changed("config.json") && !place.is_changed("secrets.json"), "settings are the admin's");
    if (is_changed) RequireSame(of_admins, place.OfAdmins(), "an operator changes nothing but maintenance and notes");
  }
  if (place.is_changed("hosts.json") || place.is_changed("config.json"))
    Require(place.has_events(), "who has changed what is on record");
  if (place.has_requests() && user != "ada" && user != "otto")
    Require(request.path() == "/api/push/" + kToken,
            "monitord is asked by operators, and by heartbeats of a known token");
}

}  // namespace
}  // namespace linewatch::cgi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::cgi::Try(linewatch::TextOf(data, size));
  return 0;
}
