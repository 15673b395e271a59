// From a request to the handler that answers it: the one list of all routes, and what holds for each of them.
#ifndef LINEWATCH_CGI_ROUTER_H_
#define LINEWATCH_CGI_ROUTER_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"
#include "store/config.h"

namespace linewatch::cgi {

struct Route {
  std::string_view method;
  std::string_view
      path;  // {id} is that of a host, {token} that of its heartbeats, {sign} what one says of a run, {outage} the id of an outage
  Role least;  // the role it takes; a handler may ask for more
  Response (*handle)(Installation& installation, const Request& request, std::string_view id);
  enum class Body : uint8_t {
    kJson,   // to kMaxBody
    kTable,  // JSON, or a table as text; to kMaxImport
    kAny,    // whatever a tool sends; to kMaxHeartbeat
  };
  Body body = Body::kJson;
  // Whether the answer is computed from months of events: in a process of its own, so that nobody else waits for it.
  bool is_slow = false;
};

std::span<const Route> Routes();

// Throws what the handler throws.
Response Answer(Installation& installation, const Request& request);

// How many bytes of body the route of the request takes.
size_t BodyLimitOf(const Request& request);

// The path of the route for logs, which never hold what a client has put into its place; empty if there is none.
std::string_view RoutePath(const Request& request);

}  // namespace linewatch::cgi

#endif
