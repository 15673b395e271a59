#include "cgi/push_api.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/json_members.h"
#include "store/text/plain_text.h"

namespace linewatch::cgi {
namespace {

using Heartbeat = linewatch::Request;

// The beginning of a text, as valid UTF-8 in one line. It is cut, not refused: that a job has failed must not get lost
// because it says too much about it.
std::string ShortText(std::string_view text) {
  constexpr size_t kMostCharacters = 200;
  return WithoutControls(FirstCharacters(ValidUtf8(text), kMostCharacters));
}

// Nothing for what is no length of time: a job that is done is done whatever it says of its time.
std::optional<double> Milliseconds(std::string_view text) {
  constexpr double kMost = 1e9;
  double ms = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, ms);
  if (read.ec != std::errc() || read.ptr != end || !(ms >= 0 && ms <= kMost)) return std::nullopt;
  return ms;
}

// What the heartbeat says of itself, or the problem to answer. A form or the query may say it. What is empty is as good
// as not there, for tools fill in forms of their own.
std::variant<Heartbeat, Response> ReadHeartbeat(const Request& request) {
  if (!request.body.empty() && !request.has_body_type("application/x-www-form-urlencoded"))
    return Problem(415, "Content-Type: application/x-www-form-urlencoded is expected, or all of it in the query.");
  const auto value = [&](std::string_view name) {
    std::string text = FormValue(request.Variable("QUERY_STRING"), name);
    return text.empty() ? FormValue(request.body, name) : text;
  };
  const std::string status = value("status");
  if (!status.empty() && status != "up" && status != "down")
    return FieldProblem({{"status", "expected up or down", ShortText(status)}});
  Heartbeat heartbeat{WallNow(), Heartbeat::Kind::kHeartbeat, ""};
  heartbeat.is_down = status == "down";
  heartbeat.msg = ShortText(value("msg"));
  if (const auto ms = Milliseconds(value("ms"))) heartbeat.ms = *ms;
  return heartbeat;
}

}  // namespace

Response TakeHeartbeat(Installation& installation, const Request& request, std::string_view token) {
  // First of all, so that only those who know a token learn more.
  std::optional<std::string> host;
  try {
    host = installation.push_tokens.Find(token);
  } catch (const BrokenSecrets&) {
    return PassingProblem(503, "secrets.json, where the tokens are known from, could not be read.");
  }
  if (!host) return Problem(404, "There is no host with this token.");
  auto read = ReadHeartbeat(request);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  auto& heartbeat = std::get<Heartbeat>(read);
  heartbeat.host = *std::move(host);
  switch (installation.requests.AppendHeartbeat(heartbeat)) {
    case RequestQueue::Taken::kYes:
      return JsonResponse(200, [](JsonWriter& out) {
        out.StartObject();
        MemberWriter{out}("ok", true);
        out.EndObject();
      });
    case RequestQueue::Taken::kTooMany:
      return PassingProblem(429, "Too many heartbeats wait for monitord already.");
    case RequestQueue::Taken::kNobodyDrains:
      break;
  }
  return PassingProblem(503, "monitord takes no heartbeats: it does not run, or hangs.");
}

}  // namespace linewatch::cgi
