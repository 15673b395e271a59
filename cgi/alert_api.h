// The routes about alerts: what waits, what was sent, and a test message through one channel.
#ifndef LINEWATCH_CGI_ALERT_API_H_
#define LINEWATCH_CGI_ALERT_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// {channels, outbox, sent, problems, timezone}: the channels that are set up, what waits in the outbox, what was sent
// in the last 30 days (at most 200, newest first; none with ?sent=0), and what health says of the outbox.
Response ListAlerts(Installation& installation, const Request& request, std::string_view id);
// {channel}: asks monitord for a test message, and waits for what the channel's server says of it, in a process of its
// own: 200 {ok, answer}, or 502 with the server's words. One at a time; 503 to a second one, and while monitord does
// not run.
Response TestChannel(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
