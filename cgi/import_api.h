// The routes that take in many hosts at once, and hand all of them out.
#ifndef LINEWATCH_CGI_IMPORT_API_H_
#define LINEWATCH_CGI_IMPORT_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

Response ImportHosts(Installation& installation, const Request& request, std::string_view id);
Response ExportHosts(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
