// What a handler takes and what it gives: one request of HTTP and its response, errors as RFC 9457 has them.
#ifndef LINEWATCH_CGI_HTTP_H_
#define LINEWATCH_CGI_HTTP_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/json.h"
#include "store/json/schema.h"

namespace linewatch::cgi {

inline constexpr size_t kMaxBody = 1 << 20;
inline constexpr size_t kMaxImport = 8 << 20;       // the body of an import
inline constexpr size_t kMaxHeartbeat = 100 << 10;  // of a heartbeat, which may have the end of a job's log with it

// The meta-variables of CGI (RFC 3875), from FastCGI or from the environment. They are views: whoever makes a Request
// keeps what they point to.
class Request {
 public:
  // `variables` are texts of the form NAME=VALUE.
  explicit Request(const std::vector<std::string_view>& variables);

  // Empty if it is not there.
  std::string_view Variable(std::string_view name) const;
  bool AnyVariable(const std::function<bool(std::string_view name)>& is_it) const;

  // Two headers may end in one variable, as Origin-X and Origin_X do: which of them counts would be a matter of luck.
  bool has_doubled_variable() const;

  // HEAD is GET here: what sends the response leaves the body out.
  std::string_view method() const;
  bool is_write() const;

  // Decoded and normalized by the web server. Never REQUEST_URI, which is neither.
  std::string path() const;

  // A value of the query, decoded; empty if it is not there.
  std::string Query(std::string_view name) const;

  // Whether the body is of the media type `type`, by Content-Type: in any case, whatever its parameters.
  bool has_body_type(std::string_view type) const;

  std::string body;
  bool body_too_large = false;  // then it was not read
  bool body_cut_short = false;

 private:
  using Named = std::pair<std::string_view, std::string_view>;
  std::vector<Named> variables_;  // sorted by name
};

struct Response {
  int status = 200;
  std::string_view type;  // Content-Type; empty: no body
  std::vector<std::pair<std::string_view, std::string>> headers;
  // A view is what the sender of the response may read until the next request is answered.
  std::variant<std::string, std::string_view> body;
  // Instead of all the above: the response has to be waited for. Called in a process of its own, so that nobody else
  // waits; it ends within kLaterPatience.
  std::function<Response(const Request& request)> later;
  static constexpr std::chrono::seconds kLaterPatience{55};

  std::string_view body_text() const;
  void SetHeader(std::string_view name, std::string value);  // replaces one of that name
  std::string_view Header(std::string_view name) const;      // empty if it is not there
};

// The first lines as CGI has them, with the empty line that ends them.
std::string HeaderText(const Response& response);

Response JsonResponse(int status, const std::function<void(JsonWriter&)>& write);

// An error (RFC 9457), application/problem+json, which no cache keeps. `detail` is a sentence for people; `write_more`
// writes members of its own into the object.
Response Problem(int status, std::string_view detail, const std::function<void(JsonWriter&)>& write_more = nullptr);
// An error that may pass by itself: Retry-After says after how long to try again.
Response PassingProblem(int status, std::string_view detail,
                        std::chrono::seconds retry_after = std::chrono::seconds(5));
// 422, or the status given, with errors: [{field, message}].
Response FieldProblem(const std::vector<FieldError>& errors, int status = 422);
// The member `errors` alone, for a problem with a detail of its own.
void WriteErrors(JsonWriter& out, const std::vector<FieldError>& errors);

// Without the blanks around it that a header may have.
std::string_view Trimmed(std::string_view text);

// A value of a query or of a form that was sent (application/x-www-form-urlencoded), decoded; empty if it is not there.
std::string FormValue(std::string_view form, std::string_view name);

// Reads the body as JSON. Answers nothing when that went well, else the problem to send: 400 for a body that is
// missing, no JSON, or is_oversized (store/json/json.h).
std::optional<Response> ParseBody(const Request& request, rapidjson::Document& document);
// The same, and 422 with everything in which the body is not what `schema` describes.
std::optional<Response> ParseBody(const Request& request, const Schema& schema, rapidjson::Document& document);

// ---- Validators and codings (RFC 9110).

// Whether a list of entity tags, as If-None-Match and If-Match have it, names `tag`, which stands in quotes. A "-gzip"
// at the end of a tag is no part of it: lighttpd appends it when it compresses, and so do we.
enum class TagComparison { kStrong, kWeak };
bool has_tag(std::string_view list, std::string_view tag, TagComparison comparison);

// Whether the request's If-Match says that it is about another version than that of `tag`: to be answered 412.
bool is_of_another_version(const Request& request, std::string_view tag);
std::string GzipTag(std::string_view tag);

bool accepts_gzip(const Request& request);

// Zlib's fastest: a tenth of the size of a list of hosts, at a microsecond each.
void Gzip(std::string_view text, const std::function<void(std::string_view piece)>& take);

}  // namespace linewatch::cgi

#endif
