// The routes about config.json and about who is asking.
#ifndef LINEWATCH_CGI_CONFIG_API_H_
#define LINEWATCH_CGI_CONFIG_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// The settings of config.json; a secret is {"set": true}. 409 while the file on disk is broken.
Response ShowConfig(Installation& installation, const Request& request, std::string_view id);
// Merges the body into the file (RFC 7396) under the lock, and writes an event with the keys that changed. 412 if the
// file is not the one that If-Match names.
Response PatchConfig(Installation& installation, const Request& request, std::string_view id);
// {user, role} of whoever asks; user is null for nobody in particular.
Response ShowMe(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
