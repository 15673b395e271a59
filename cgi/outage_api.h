// The routes about outages: what there was, and its cause as a person classifies it.
#ifndef LINEWATCH_CGI_OUTAGE_API_H_
#define LINEWATCH_CGI_OUTAGE_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// Newest first, at most 5,000: those of ?host=, from ?from= to ?to= (Unix seconds; the last 30 days), with ?blips=1 the
// short outages, too. Beside them the spans in which monitord was blind.
Response ListOutages(Installation& installation, const Request& request, std::string_view id);

// {cause, note}: an event with who and when; null as the cause returns to what was measured.
Response ClassifyOutage(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
