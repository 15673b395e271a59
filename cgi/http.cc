#include "cgi/http.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <new>
#include <stdexcept>

#include "store/json/json_members.h"
#include "store/text/ascii.h"

namespace linewatch::cgi {
namespace {

constexpr std::pair<int, std::string_view> kReasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {507, "Insufficient Storage"},
};

std::string_view ReasonOf(int status) {
  const auto found = std::find_if(std::begin(kReasons), std::end(kReasons),
                                  [&](const auto& reason) { return reason.first == status; });
  return found == std::end(kReasons) ? "Internal Server Error" : found->second;
}

// What stands before `separator`; it and that go from `rest`.
std::string_view Cut(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

Request::Request(const std::vector<std::string_view>& variables) {
  variables_.reserve(variables.size());
  for (std::string_view rest : variables) {
    const auto name = Cut(rest, '=');
    variables_.emplace_back(name, rest);
  }
  std::sort(variables_.begin(), variables_.end());
}

std::string_view Request::Variable(std::string_view name) const {
  const auto found = std::lower_bound(variables_.begin(), variables_.end(), Named(name, ""));
  return found != variables_.end() && found->first == name ? found->second : std::string_view();
}

bool Request::AnyVariable(const std::function<bool(std::string_view)>& is_it) const {
  return std::any_of(variables_.begin(), variables_.end(), [&](const Named& v) { return is_it(v.first); });
}

bool Request::has_doubled_variable() const {
  return std::adjacent_find(variables_.begin(), variables_.end(),
                            [](const Named& a, const Named& b) { return a.first == b.first; }) != variables_.end();
}

std::string_view Request::method() const {
  const auto method = Variable("REQUEST_METHOD");
  return method == "HEAD" ? "GET" : method;
}

bool Request::is_write() const { return method() != "GET"; }

std::string Request::path() const { return std::string(Variable("SCRIPT_NAME")).append(Variable("PATH_INFO")); }

std::string Request::Query(std::string_view name) const { return FormValue(Variable("QUERY_STRING"), name); }

bool Request::has_body_type(std::string_view type) const {
  const auto given = Variable("CONTENT_TYPE");
  return same_but_for_case(Trimmed(given.substr(0, given.find(';'))), type);
}

std::string_view Trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string FormValue(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    std::string_view value = Cut(form, '&');
    if (PercentDecoded(Cut(value, '=')) == name) return PercentDecoded(value);
  }
  return {};
}

std::string_view Response::body_text() const {
  return std::visit([](const auto& text) { return std::string_view(text); }, body);
}

void Response::SetHeader(std::string_view name, std::string value) {
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  headers.emplace_back(name, std::move(value));
}

std::string_view Response::Header(std::string_view name) const {
  for (const auto& header : headers)
    if (header.first == name) return header.second;
  return {};
}

std::string HeaderText(const Response& response) {
  std::string text = "Status: " + std::to_string(response.status) + ' ';
  text.append(ReasonOf(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) text.append(name).append(": ").append(value).append("\r\n");
  if (!response.type.empty()) {
    text.append("Content-Type: ").append(response.type);
    text.append("\r\nContent-Length: ").append(std::to_string(response.body_text().size())).append("\r\n");
  }
  return text.append("\r\n");
}

Response JsonResponse(int status, const std::function<void(JsonWriter&)>& write) {
  Response response;
  response.status = status;
  response.type = "application/json";
  response.body = JsonText(write);
  return response;
}

Response Problem(int status, std::string_view detail, const std::function<void(JsonWriter&)>& write_more) {
  Response response = JsonResponse(status, [&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("status", status);
    write("title", ReasonOf(status));
    write("detail", detail);
    if (write_more) write_more(out);
    out.EndObject();
  });
  response.type = "application/problem+json";
  response.SetHeader("Cache-Control", "no-store");
  return response;
}

Response PassingProblem(int status, std::string_view detail, std::chrono::seconds retry_after) {
  Response response = Problem(status, detail);
  response.SetHeader("Retry-After", std::to_string(retry_after.count()));
  return response;
}

Response FieldProblem(const std::vector<FieldError>& errors, int status) {
  std::string detail;
  for (const FieldError& error : errors) {
    if (!detail.empty()) detail += "; ";
    detail += error.field.empty() ? error.message : error.field + ": " + error.message;
  }
  return Problem(status, detail, [&](JsonWriter& out) { WriteErrors(out, errors); });
}

void WriteErrors(JsonWriter& out, const std::vector<FieldError>& errors) {
  const MemberWriter write(out);
  out.Key("errors");
  out.StartArray();
  for (const FieldError& error : errors) {
    out.StartObject();
    write("field", error.field);
    write("message", error.message);
    out.EndObject();
  }
  out.EndArray();
}

std::optional<Response> ParseBody(const Request& request, rapidjson::Document& document) {
  if (request.body.empty()) return Problem(400, "The request has no body; JSON is expected.");
  if (const auto fault = ParseJson(request.body, document))
    return Problem(400, "The body is no JSON, line " + std::to_string(fault->line) + ": " + fault->what);
  if (is_oversized(document))
    return Problem(400, "In the body an object may have " + std::to_string(kMostMembers) +
                            " members at most, and a list " + std::to_string(kMostEntries) + " entries.");
  return std::nullopt;
}

std::optional<Response> ParseBody(const Request& request, const Schema& schema, rapidjson::Document& document) {
  if (auto problem = ParseBody(request, document)) return problem;
  if (const auto errors = schema.Check(document); !errors.empty()) return FieldProblem(errors);
  return std::nullopt;
}

bool has_tag(std::string_view list, std::string_view tag, TagComparison comparison) {
  while (!list.empty()) {
    std::string_view listed = Trimmed(Cut(list, ','));  // our own tags have no commas
    if (listed == "*" || listed == tag) return true;
    if (listed.starts_with("W/")) {
      if (comparison == TagComparison::kStrong) continue;
      listed.remove_prefix(2);
    }
    if (listed == tag || listed == GzipTag(tag)) return true;
  }
  return false;
}

bool is_of_another_version(const Request& request, std::string_view tag) {
  const auto wanted = request.Variable("HTTP_IF_MATCH");
  return !wanted.empty() && !has_tag(wanted, tag, TagComparison::kStrong);
}

std::string GzipTag(std::string_view tag) { return std::string(tag.substr(0, tag.size() - 1)) + "-gzip\""; }

bool accepts_gzip(const Request& request) {
  std::string_view rest = request.Variable("HTTP_ACCEPT_ENCODING");
  while (!rest.empty()) {
    std::string_view parameters = Cut(rest, ',');
    if (!same_but_for_case(Trimmed(Cut(parameters, ';')), "gzip")) continue;
    const auto weight = Trimmed(parameters);
    if (weight.empty()) return true;
    // "q=0", "q=0.000": not wanted.
    return !weight.starts_with("q=") || weight.find_first_not_of("0.", 2) != std::string_view::npos;
  }
  return false;
}

void Gzip(std::string_view text, const std::function<void(std::string_view)>& take) {
  constexpr int kGzipWindow = 15 + 16;  // the largest window, and gzip's header instead of zlib's
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> end(&stream, deflateEnd);
  std::array<char, 32 * 1024> piece;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    result = deflate(&stream, Z_FINISH);
    take({piece.data(), piece.size() - stream.avail_out});
  }
  if (result != Z_STREAM_END) throw std::runtime_error("deflate failed");
}

}  // namespace linewatch::cgi
