// The route of a host's history: what its chart is drawn of.
#ifndef LINEWATCH_CGI_HISTORY_API_H_
#define LINEWATCH_CGI_HISTORY_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// ?range=24h, 7d, 30d or 1y: at most 500 points, and the uptime of all four ranges.
Response ShowHistory(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
