// The route of heartbeats: whoever knows a host's token says that its job has run.
#ifndef LINEWATCH_CGI_PUSH_API_H_
#define LINEWATCH_CGI_PUSH_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// Takes `status`, `msg` and `ms` from the query, or from a form that was sent. 200 once the heartbeat is in the queue;
// 404 for a token of no host, 429 while too many wait, 503 while monitord takes none.
Response TakeHeartbeat(Installation& installation, const Request& request, std::string_view token);

}  // namespace linewatch::cgi

#endif
