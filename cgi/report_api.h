// The route of the monthly report: how much each host was up, beside what it was to be.
#ifndef LINEWATCH_CGI_REPORT_API_H_
#define LINEWATCH_CGI_REPORT_API_H_

#include <string_view>

#include "cgi/http.h"
#include "cgi/installation.h"

namespace linewatch::cgi {

// Of ?month=YYYY-MM in the installation's time zone; without it, of this month until now. As JSON, or with ?format=csv
// as a table.
Response ShowReport(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
