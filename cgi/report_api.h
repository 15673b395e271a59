// The route that tells what was kept of what was promised, month by month.
#ifndef LINEWATCH_CGI_REPORT_API_H_
#define LINEWATCH_CGI_REPORT_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// Of ?month=YYYY-MM by the installation's time zone, else of this one until now. As JSON, or with ?format=csv as a
// table.
Response ShowReport(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
