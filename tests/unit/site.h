// An installation of its own for a test, and requests to it as a web server on the same machine hands them on.
#ifndef LINEWATCH_TESTS_UNIT_SITE_H_
#define LINEWATCH_TESTS_UNIT_SITE_H_

#include <string>
#include <string_view>
#include <vector>

#include "cgi/installation.h"
#include "cgi/router.h"
#include "store/host_json.h"
#include "tests/unit/temp_dir.h"

namespace linewatch::cgi {

using Variables = std::vector<std::string>;

inline Request RequestWith(const Variables& variables) {
  return Request(std::vector<std::string_view>(variables.begin(), variables.end()));
}

class Site {
 public:
  explicit Site(const std::string& config = R"({"access": {"anonymous": "admin"}})")
      : installation({folder_.path(), folder_.path()}, folder_ / "config.json") {
    WriteInPlace(folder_ / "config.json", config);
  }

  // `more` are variables of CGI, each instead of the usual one of its name.
  // What takes its time is waited for, but a test message's answer, which somebody has to give.
  Response Send(const std::string& method, const std::string& target, const std::string& body = "",
                const Variables& more = {}) {
    const size_t query = target.find('?');
    Variables variables = more;
    const auto add = [&](const std::string& name, const std::string& value) {
      for (const std::string& variable : more)
        if (variable.starts_with(name + "=")) return;
      variables.push_back(name + "=" + value);
    };
    add("REQUEST_METHOD", method);
    add("SCRIPT_NAME", target.substr(0, query));
    add("QUERY_STRING", query == std::string::npos ? "" : target.substr(query + 1));
    add("REMOTE_ADDR", "127.0.0.1");
    add("HTTP_HOST", "localhost:8000");
    add("REQUEST_SCHEME", "http");
    if (!body.empty()) add("CONTENT_TYPE", "application/json");
    Request request = RequestWith(variables);
    request.body = body;
    Response response = Answer(installation, request);
    return response.later && target != "/api/alerts/test" ? response.later(request) : response;
  }

  // Adds a host by its name and address, and answers its id.
  std::string Add(const std::string& name, const std::string& ip, const std::string& more = "") {
    const Response response =
        Send("POST", "/api/hosts", R"({"name": ")" + name + R"(", "ip": ")" + ip + '"' + more + '}');
    if (response.status != 201) throw std::runtime_error("not added: " + std::string(response.body_text()));
    return std::string(response.Header("Location")).substr(std::string("/api/hosts/").size());
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string EventsText() const {
    std::string text;
    for (const auto& file : std::filesystem::directory_iterator(folder_ / "events")) text += Contents(file.path());
    return text;
  }

 private:
  TempDir folder_;

 public:
  Installation installation;
};

inline rapidjson::Document JsonOf(const Response& response) {
  rapidjson::Document document;
  if (ParseJson(response.body_text(), document))
    throw std::runtime_error("no JSON: " + std::string(response.body_text()));
  return document;
}

// The settings of one host of each kind of check but ping.
inline const std::vector<std::string> kServices = {
    R"({"name": "Website", "check": "http", "url": "http://192.0.2.1/"})",
    R"({"name": "Certificate", "check": "tls", "ip": "192.0.2.1"})",
    R"({"name": "CheckSettings", "check": "tcp", "ip": "192.0.2.1", "port": 22})",
    R"({"name": "Name server", "check": "dns", "ip": "192.0.2.1", "query": "example.org"})",
    R"({"name": "Sensor", "check": "mqtt", "topic": "hall/3/temperature"})",
    R"({"name": "Backup", "check": "push"})",
};

// The fields that a 422 names, in its order.
inline std::vector<std::string> WrongFields(const Response& response) {
  std::vector<std::string> fields;
  const auto problem = JsonOf(response);
  for (const auto& error : problem["errors"].GetArray()) fields.emplace_back(error["field"].GetString());
  return fields;
}

}  // namespace linewatch::cgi

#endif
