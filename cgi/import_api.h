// The routes that take in many hosts at once, and hand all of them out.
#ifndef LINEWATCH_CGI_IMPORT_API_H_
#define LINEWATCH_CGI_IMPORT_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// A table, lines or JSON, as store/text/csv.h and cgi/host_table.h read them: all of it or nothing. With ?dry_run=1 it
// only says what would be done.
Response ImportHosts(Installation& installation, const Request& request, std::string_view id);
// As CSV, or JSON with ?format=json: what ImportHosts takes again. No secrets.
Response ExportHosts(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
