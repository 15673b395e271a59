#include "cgi/router.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "cgi/alert_api.h"
#include "cgi/config_api.h"
#include "cgi/health.h"
#include "cgi/history_api.h"
#include "cgi/host_api.h"
#include "cgi/import_api.h"
#include "cgi/metrics.h"
#include "cgi/outage_api.h"
#include "cgi/push_api.h"
#include "cgi/report_api.h"
#include "cgi/requester.h"
#include "store/host.h"
#include "store/ledger.h"
#include "store/push_token.h"

namespace linewatch::cgi {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/api/hosts", Role::kViewer, ListHosts},
    {"POST", "/api/hosts", Role::kAdmin, AddHost},
    {"POST", "/api/hosts/import", Role::kAdmin, ImportHosts, Route::Body::kTable},
    {"GET", "/api/hosts/export", Role::kViewer, ExportHosts},
    {"GET", "/api/hosts/{id}", Role::kViewer, ShowHost},
    {"PUT", "/api/hosts/{id}", Role::kAdmin, ReplaceHost},
    {"PATCH", "/api/hosts/{id}", Role::kOperator, PatchHost},
    {"DELETE", "/api/hosts/{id}", Role::kAdmin, RemoveHost},
    {"GET", "/api/hosts/{id}/history", Role::kViewer, ShowHistory},
    {"POST", "/api/hosts/{id}/check", Role::kOperator, CheckHost},
    {"POST", "/api/hosts/{id}/acknowledge", Role::kOperator, AcknowledgeHost},
    {"DELETE", "/api/hosts/{id}/acknowledge", Role::kOperator, UnacknowledgeHost},
    {"POST", "/api/hosts/{id}/token", Role::kAdmin, RenewToken},
    {"GET", "/api/push/{token}", Role::kViewer, TakeHeartbeat},
    {"POST", "/api/push/{token}", Role::kViewer, TakeHeartbeat, Route::Body::kAny},
    {"GET", "/api/push/{token}/{sign}", Role::kViewer, TakeHeartbeat},
    {"POST", "/api/push/{token}/{sign}", Role::kViewer, TakeHeartbeat, Route::Body::kAny},
    {"GET", "/api/summary", Role::kViewer, ShowSummary},
    {"GET", "/api/report", Role::kViewer, ShowReport, Route::Body::kJson, true},
    {"GET", "/api/outages", Role::kViewer, ListOutages, Route::Body::kJson, true},
    {"PATCH", "/api/outages/{outage}", Role::kAdmin, ClassifyOutage},
    {"GET", "/api/alerts", Role::kViewer, ListAlerts},
    {"POST", "/api/alerts/test", Role::kAdmin, TestChannel},
    {"GET", "/api/config", Role::kViewer, ShowConfig},
    {"PATCH", "/api/config", Role::kAdmin, PatchConfig},
    {"GET", "/api/me", Role::kViewer, ShowMe},
    {"GET", "/api/health", Role::kViewer, ShowHealth},
    {"GET", "/metrics", Role::kViewer, ShowMetrics},
};

bool has_token(std::string_view route) { return route.find("{token}") != std::string_view::npos; }

// lighttpd compresses everything above this that is not compressed yet. It must not get to it: it writes a large body
// to a temporary file first, and answers 304 by itself to whoever knows the tag, although the tag of a host says
// nothing of what was observed of it.
constexpr size_t kLeftToServer = 256;

bool is_named_by(std::string_view placeholder, std::string_view text) {
  if (placeholder == "{token}") return is_push_token(text);
  if (placeholder == "{token}/{sign}")
    return is_push_token(text.substr(0, text.find('/'))) && is_run_sign(SignOf(text));
  if (placeholder == "{outage}") return ParseOutageId(text).has_value();
  return is_host_id(text);
}

// What stands in `path` where the route has {id}, {outage}, {token} or {token}/{sign}, empty where it has none; nothing if the route is
// another. What is not exactly a route, an id or a token matches none: backslashes, dots, doubled and trailing slashes
// need no rule of their own.
std::optional<std::string_view> Match(std::string_view route, std::string_view path) {
  const size_t begin = route.find('{');
  if (begin == std::string_view::npos) return route == path ? std::optional(std::string_view()) : std::nullopt;
  const size_t end = route.rfind('}') + 1;
  const auto before = route.substr(0, begin), after = route.substr(end);
  if (path.size() < before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  const auto given = path.substr(before.size(), path.size() - before.size() - after.size());
  return is_named_by(route.substr(begin, end - begin), given) ? std::optional(given) : std::nullopt;
}

// The routes of a path, in their order. What a route names is not the id of another.
std::vector<const Route*> RoutesAt(std::string_view path) {
  std::vector<const Route*> found;
  for (const Route& route : kRoutes)
    if (Match(route.path, path)) found.push_back(&route);
  const auto is_named = [&](const Route* route) { return route->path == path; };
  if (std::any_of(found.begin(), found.end(), is_named))
    std::erase_if(found, [&](const Route* route) { return !is_named(route); });
  return found;
}

size_t LimitOf(const Route& route) {
  if (route.body == Route::Body::kAny) return kMaxHeartbeat;
  return route.body == Route::Body::kTable ? kMaxImport : kMaxBody;
}

bool takes_body_of(const Route& route, const Request& request) {
  if (request.has_body_type("application/json")) return true;
  if (route.body == Route::Body::kTable)
    return request.has_body_type("text/csv") || request.has_body_type("text/plain");
  return request.has_body_type("application/merge-patch+json");
}

// Why the request does not get as far as its handler, if so; found by its head, before the body is read. Whoever knows
// a token may use it, from any page, and in whatever form his tool sends it.
std::optional<Response> Refusal(Installation& installation, const Request& request, const Route& route) {
  const bool may_be_foreign = !request.is_write() || has_token(route.path);
  if (!may_be_foreign && is_foreign(request, installation.config.settings().public_url))
    return Problem(403, "A page of another origin has sent this request.");
  if (route.least > Role::kViewer) {
    const Role role = RoleOf(request, installation.config.settings().access);
    if (role < route.least)
      return Problem(403, "This takes the role " + std::string(NameOf(route.least)) + "; yours is " +
                              std::string(NameOf(role)) + ".");
  }
  if (request.body_too_large)
    return Problem(413, "A request may have " + std::to_string(LimitOf(route)) + " bytes of body at most.");
  if (request.body_cut_short) return Problem(400, "The body ended early.");
  if (request.is_write() && !request.body.empty() && !has_token(route.path) && !takes_body_of(route, request))
    return Problem(415, route.body == Route::Body::kTable
                            ? "Content-Type: text/csv, text/plain or application/json is expected."
                            : "Content-Type: application/json is expected.");
  return std::nullopt;
}

void Compress(const Request& request, Response& response) {
  auto* text = std::get_if<std::string>(&response.body);
  if (text == nullptr || text->size() < kLeftToServer) return;
  response.SetHeader("Vary", "Accept-Encoding");
  if (!accepts_gzip(request)) return;
  std::string compressed;
  Gzip(*text, [&](std::string_view piece) { compressed += piece; });
  *text = std::move(compressed);
  response.SetHeader("Content-Encoding", "gzip");
  if (const auto tag = response.Header("ETag"); !tag.empty()) response.SetHeader("ETag", GzipTag(tag));
}

Response Finished(const Request& request, Response response) {
  if (response.Header("Cache-Control").empty()) response.SetHeader("Cache-Control", "no-store");
  Compress(request, response);
  return response;
}

}  // namespace

std::span<const Route> Routes() { return kRoutes; }

std::string_view RoutePath(const Request& request) {
  const auto routes = RoutesAt(request.path());
  return routes.empty() ? std::string_view() : routes.front()->path;
}

size_t BodyLimitOf(const Request& request) {
  for (const Route* route : RoutesAt(request.path()))
    if (route->method == request.method()) return LimitOf(*route);
  return kMaxBody;
}

Response Answer(Installation& installation, const Request& request) {
  if (request.has_doubled_variable()) return Problem(400, "A header stands in the request twice.");

  const std::string path = request.path();
  std::string allowed;
  for (const Route* found : RoutesAt(path)) {
    const Route& route = *found;
    if (route.method != request.method()) {
      allowed.append(allowed.empty() ? "" : ", ").append(route.method == "GET" ? "GET, HEAD" : route.method);
      continue;
    }
    if (auto refusal = Refusal(installation, request, route)) return *std::move(refusal);
    const std::string_view id = *Match(route.path, path);
    Response response;
    if (route.is_slow) {
      response.later = [&installation, &route, id = std::string(id)](const Request& r) {
        return route.handle(installation, r, id);
      };
    } else {
      response = Finished(request, route.handle(installation, request, id));
    }
    if (response.later)
      response.later = [later = std::move(response.later)](const Request& r) { return Finished(r, later(r)); };
    return response;
  }
  if (allowed.empty()) return Problem(404, "There is nothing at this path.");
  Response response = Problem(405, "This path takes " + allowed + ".");
  response.SetHeader("Allow", allowed);
  return response;
}

}  // namespace linewatch::cgi
