// The route of heartbeats: whoever knows the token of a host reports that its job has run.
#ifndef LINEWATCH_CGI_PUSH_API_H_
#define LINEWATCH_CGI_PUSH_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// Takes `status`, `msg` and `ms` from the query, or from a form that was sent.
Response TakeHeartbeat(Installation& installation, const Request& request, std::string_view token);

}  // namespace linewatch::cgi

#endif
