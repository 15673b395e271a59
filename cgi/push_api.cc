#include "cgi/push_api.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "store/ascii.h"
#include "store/json_members.h"

namespace linewatch::cgi {
namespace {

using Heartbeat = linewatch::Request;

const Schema& HeartbeatSchema() {
  static const Schema schema(R"json({
"type": "object",
"properties": {
  "status": {"enum": ["up", "down"], "description": "up or down"},
  "msg": {"type": "string", "maxLength": 200, "description": "at most 200 characters of UTF-8, no control characters"},
  "ms": {"type": "number", "minimum": 0, "maximum": 1e9, "description": "a number of milliseconds from 0"}
}
})json");
  return schema;
}

// A form has nothing but texts: the members as the schema wants them. What is empty is as good as not there, for tools
// fill in forms of their own.
std::string JsonOf(std::string_view query, std::string_view form) {
  return JsonText([&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    for (const std::string_view name : {"status", "msg", "ms"}) {
      std::string text = FormValue(query, name);
      if (text.empty()) text = FormValue(form, name);
      if (text.empty()) continue;
      double number = 0;
      const char* end = text.data() + text.size();
      const auto read = std::from_chars(text.data(), end, number);
      if (name == "ms" && read.ec == std::errc() && read.ptr == end && std::isfinite(number)) {
        write(name, number);
      } else {
        write(name, text);
      }
    }
    out.EndObject();
  });
}

// What the heartbeat says of itself, or the problem to answer.
std::variant<Heartbeat, Response> ReadHeartbeat(const Request& request) {
  if (!request.body.empty() && request.body_type() != "application/x-www-form-urlencoded")
    return Problem(415, "Content-Type: application/x-www-form-urlencoded is expected, or all of it in the query.");
  rapidjson::Document input;
  // It refuses what is not UTF-8.
  if (ParseJson(JsonOf(request.Variable("QUERY_STRING"), request.body), input))
    return FieldProblem({{"msg", "expected at most 200 characters of UTF-8, no control characters", ""}});
  if (const auto errors = HeartbeatSchema().Check(input); !errors.empty()) return FieldProblem(errors);

  Heartbeat heartbeat{WallNow(), Heartbeat::Kind::kPush, ""};
  MemberReader read(input);
  std::string status;
  read("status", status);
  read("msg", heartbeat.msg);
  read("ms", heartbeat.ms);
  heartbeat.is_down = status == "down";
  if (has_control_characters(heartbeat.msg, false))
    return FieldProblem({{"msg", "expected at most 200 characters of UTF-8, no control characters", ""}});
  return heartbeat;
}

Response Later(int status, std::string_view detail) {
  Response response = Problem(status, detail);
  response.SetHeader("Retry-After", "5");
  return response;
}

}  // namespace

Response TakeHeartbeat(Installation& installation, const Request& request, std::string_view token) {
  // First of all, so that only those who know a token are told more.
  std::optional<std::string> host;
  try {
    host = installation.push_tokens.Find(token);
  } catch (const BrokenSecrets&) {
    return Later(503, "secrets.json, where the tokens are known from, could not be read.");
  }
  if (!host) return Problem(404, "There is no host with this token.");
  auto read = ReadHeartbeat(request);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  auto& heartbeat = std::get<Heartbeat>(read);
  heartbeat.host = *std::move(host);
  switch (installation.requests.AppendPush(heartbeat)) {
    case RequestQueue::Taken::kYes:
      return JsonResponse(200, [](JsonWriter& out) {
        out.StartObject();
        MemberWriter{out}("ok", true);
        out.EndObject();
      });
    case RequestQueue::Taken::kTooMany:
      return Later(429, "Too many heartbeats wait for monitord already.");
    case RequestQueue::Taken::kNobodyDrains:
      break;
  }
  return Later(503, "monitord takes no heartbeats: it does not run, or hangs.");
}

}  // namespace linewatch::cgi
