// The route of heartbeats: whoever knows a host's token says that its job has run.
#ifndef LINEWATCH_CGI_PUSH_API_H_
#define LINEWATCH_CGI_PUSH_API_H_

#include <string>
#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// `token` may have a sign behind it, after a slash: what the heartbeat says of a run. Takes `status`, `msg` and `ms` or
// `ping` from the query, or from a form or JSON that was sent; a body that names none of them is the message itself.
// 200 once the heartbeat is in the queue; 404 for a token of no host, 422 for a status in the query or a form that is
// none, 429 while too many wait, 503 while monitord takes none.
Response TakeHeartbeat(Installation& installation, const Request& request, std::string_view token);

// "start" begins a run, "fail" and the exit code of a job above 0 (up to 255) say that it failed, "0" that it did not;
// "log" says nothing. As the clients of healthchecks.io send them.
bool is_run_sign(std::string_view text);
// What stands behind the first slash.
std::string_view SignOf(std::string_view token_and_sign);

// What a body of the media type `type`, a whole Content-Type, says.
struct HeartbeatBody {
  std::string status, msg, ms;  // as they were given; empty: not
  std::string_view text;        // where it names none of them: the message, of any bytes
};
HeartbeatBody ReadHeartbeatBody(std::string_view body, std::string_view type);

}  // namespace linewatch::cgi

#endif
