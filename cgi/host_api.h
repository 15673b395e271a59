// The routes about hosts: what each answers is written in htdocs/openapi.json. An edit is one change of hosts.json
// under its lock, with one event; If-Match with another revision than the host's is answered 412.
#ifndef LINEWATCH_CGI_HOST_API_H_
#define LINEWATCH_CGI_HOST_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

Response ListHosts(Installation& installation, const Request& request, std::string_view id);
Response AddHost(Installation& installation, const Request& request, std::string_view id);
Response ShowHost(Installation& installation, const Request& request, std::string_view id);
Response ReplaceHost(Installation& installation, const Request& request, std::string_view id);
Response PatchHost(Installation& installation, const Request& request, std::string_view id);
Response RemoveHost(Installation& installation, const Request& request, std::string_view id);
Response RenewToken(Installation& installation, const Request& request, std::string_view id);
Response CheckHost(Installation& installation, const Request& request, std::string_view id);
Response AcknowledgeHost(Installation& installation, const Request& request, std::string_view id);
Response UnacknowledgeHost(Installation& installation, const Request& request, std::string_view id);
Response ShowSummary(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
