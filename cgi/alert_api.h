// The routes about alerts: what waits, what was sent, and the trial of a channel.
#ifndef LINEWATCH_CGI_ALERT_API_H_
#define LINEWATCH_CGI_ALERT_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

Response ListAlerts(Installation& installation, const Request& request, std::string_view id);
Response TestChannel(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
