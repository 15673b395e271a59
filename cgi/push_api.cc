#include "cgi/push_api.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/json_field.h"
#include "store/json/json_members.h"
#include "store/text/ascii.h"
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

std::string LongText(std::string_view text) {
  constexpr size_t kMostBytes = 4096;
  return WithoutControls(ValidUtf8(text.substr(0, kMostBytes)));
}

Response Arrived() {
  return JsonResponse(200, [](JsonWriter& out) {
    out.StartObject();
    MemberWriter{out}("ok", true);
    out.EndObject();
  });
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

// The number of an exit code, as a whole.
std::optional<int> ExitCode(std::string_view sign) {
  int code = 0;
  const char* const end = sign.data() + sign.size();
  const auto read = std::from_chars(sign.data(), end, code);
  const bool is_one = !sign.empty() && sign[0] != '-' && sign.size() <= 3 && read.ec == std::errc() && read.ptr == end;
  return is_one && code <= 255 ? std::optional(code) : std::nullopt;
}

std::string_view MediaType(std::string_view type) { return Trimmed(type.substr(0, type.find(';'))); }

// A parameter of a header such as `form-data; name="msg"`, without its quotes; empty if it is not there.
std::string_view Parameter(std::string_view header, std::string_view name) {
  for (size_t semicolon = header.find(';'); semicolon != std::string_view::npos; semicolon = header.find(';')) {
    header.remove_prefix(semicolon + 1);
    const size_t equals = header.find('=');
    if (equals == std::string_view::npos) return {};
    if (!same_but_for_case(Trimmed(header.substr(0, equals)), name)) continue;
    header = Trimmed(header.substr(equals + 1));
    if (header.starts_with('"')) return header.substr(1, header.find('"', 1) - 1);
    return Trimmed(header.substr(0, header.find(';')));
  }
  return {};
}

void TakeNamed(HeartbeatBody& said, std::string_view name, std::string_view value) {
  if (name == "status" && said.status.empty()) said.status = value;
  if ((name == "msg" || name == "message") && said.msg.empty()) said.msg = value;
  if ((name == "ms" || name == "ping") && said.ms.empty()) said.ms = value;
}

bool has_named(const HeartbeatBody& said) { return !said.status.empty() || !said.msg.empty() || !said.ms.empty(); }

// Calls `take` with the name and the content of each part (RFC 7578).
void ReadParts(std::string_view body, std::string_view boundary,
               const std::function<void(std::string_view name, std::string_view content)>& take) {
  if (boundary.empty()) return;
  const std::string line = "--" + std::string(boundary);
  size_t begin = body.find(line);
  while (begin != std::string_view::npos) {
    body.remove_prefix(begin + line.size());
    if (body.starts_with("--")) return;
    begin = body.find("\r\n" + line);
    const auto part = body.substr(0, begin);
    if (begin != std::string_view::npos) begin += 2;
    const size_t head_end = part.find("\r\n\r\n");
    if (head_end == std::string_view::npos) continue;
    auto head = part.substr(0, head_end);
    std::string_view name;
    while (!head.empty()) {
      const auto header = head.substr(0, head.find("\r\n"));
      head.remove_prefix(std::min(header.size() + 2, head.size()));
      if (same_but_for_case(header.substr(0, header.find(':')), "Content-Disposition"))
        name = Parameter(header, "name");
    }
    take(name, part.substr(head_end + 4));
  }
}

// What the heartbeat says of itself, or the problem to answer. What is empty is as good as not there, for tools fill in
// forms of their own.
std::variant<Heartbeat, Response> ReadHeartbeat(const Request& request, std::string_view sign) {
  const auto given = ReadHeartbeatBody(request.body, request.Variable("CONTENT_TYPE"));
  const auto value = [&](std::string_view name, const std::string& in_body) {
    std::string text = request.Query(name);
    return text.empty() ? in_body : text;
  };
  const std::string status = value("status", given.status), msg = value("msg", given.msg);
  if (!status.empty() && status != "up" && status != "down")
    return FieldProblem({{"status", "expected up or down", ShortText(status)}});
  const int exit_code = ExitCode(sign).value_or(0);
  Heartbeat heartbeat{WallNow(), Heartbeat::Kind::kHeartbeat, ""};
  heartbeat.is_down = status == "down" || sign == "fail" || exit_code > 0;
  heartbeat.is_begin = sign == "start" && !heartbeat.is_down;
  heartbeat.msg = ShortText(msg);
  // Only of a failure people want to read much.
  if (msg.empty()) heartbeat.msg = heartbeat.is_down ? LongText(given.text) : ShortText(given.text);
  if (exit_code > 0)
    heartbeat.msg = "exit code " + std::to_string(exit_code) + (heartbeat.msg.empty() ? "" : ": " + heartbeat.msg);
  const std::string ms = value("ms", "");
  if (const auto read = Milliseconds(ms.empty() ? value("ping", given.ms) : ms)) heartbeat.ms = *read;
  return heartbeat;
}

}  // namespace

bool is_run_sign(std::string_view text) {
  return text == "start" || text == "fail" || text == "log" || ExitCode(text).has_value();
}

std::string_view SignOf(std::string_view token_and_sign) {
  const size_t slash = token_and_sign.find('/');
  return slash == std::string_view::npos ? std::string_view() : token_and_sign.substr(slash + 1);
}

HeartbeatBody ReadHeartbeatBody(std::string_view body, std::string_view type) {
  HeartbeatBody said;
  if (body.empty()) return said;
  const auto media_type = MediaType(type);
  if (same_but_for_case(media_type, "application/x-www-form-urlencoded")) {
    for (const char* name : {"status", "msg", "ms", "ping"}) TakeNamed(said, name, FormValue(body, name));
  } else if (same_but_for_case(media_type, "multipart/form-data")) {
    ReadParts(body, Parameter(type, "boundary"), [&](std::string_view name, std::string_view content) {
      TakeNamed(said, name, content);
      if (said.text.empty()) said.text = content;
    });
  } else if (same_but_for_case(media_type, "application/json")) {
    for (const char* name : {"status", "msg", "message", "ms", "ping"})
      if (const auto field = ReadJsonField(body, name); field.state == JsonField::State::kFound && field.text != "null")
        TakeNamed(said, name, field.text);
    // Other tools have words of their own for how they are: "firing", "resolved".
    if (said.status != "up" && said.status != "down") said.status.clear();
  }
  if (has_named(said)) {
    said.text = {};
  } else if (said.text.empty()) {
    said.text = body;
  }
  return said;
}

Response TakeHeartbeat(Installation& installation, const Request& request, std::string_view token) {
  const auto sign = SignOf(token);
  token = token.substr(0, token.find('/'));
  // First of all, so that only those who know a token learn more.
  std::optional<std::string> host;
  try {
    host = installation.push_tokens.Find(token);
  } catch (const BrokenSecrets&) {
    return PassingProblem(503, "secrets.json, where the tokens are known from, could not be read.");
  }
  if (!host) return Problem(404, "There is no host with this token.");
  if (sign == "log") return Arrived();
  auto read = ReadHeartbeat(request, sign);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  auto& heartbeat = std::get<Heartbeat>(read);
  heartbeat.host = *std::move(host);
  switch (installation.requests.AppendHeartbeat(heartbeat)) {
    case RequestQueue::Taken::kYes:
      return Arrived();
    case RequestQueue::Taken::kTooMany:
      return PassingProblem(429, "Too many heartbeats wait for monitord already.");
    case RequestQueue::Taken::kNobodyDrains:
      break;
  }
  return PassingProblem(503, "monitord takes no heartbeats: it does not run, or hangs.");
}

}  // namespace linewatch::cgi
