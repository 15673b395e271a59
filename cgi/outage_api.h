// Handlers of outages: what there was, and whose fault somebody says it was.
#ifndef LINEWATCH_CGI_OUTAGE_API_H_
#define LINEWATCH_CGI_OUTAGE_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// Newest first: of ?host=, from ?from= to ?to= (Unix seconds; the last 30 days), with ?blips=1 the short ones, too.
Response ListOutages(Installation& installation, const Request& request, std::string_view);

// {cause, note}: an event with who and when. Cause null takes back what was said before.
Response ClassifyOutage(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
