// The routes about config.json and about who is asking.
#ifndef LINEWATCH_CGI_CONFIG_API_H_
#define LINEWATCH_CGI_CONFIG_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

Response ShowConfig(Installation& installation, const Request& request, std::string_view id);
Response PatchConfig(Installation& installation, const Request& request, std::string_view id);
Response ShowMe(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
