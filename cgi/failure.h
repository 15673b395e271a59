// The answer to a request that could not be carried out.
#ifndef LINEWATCH_CGI_FAILURE_H_
#define LINEWATCH_CGI_FAILURE_H_

#include <exception>

#include "cgi/http.h"

namespace linewatch::cgi {

// 503 or 507 with a reason that somebody can act on, 409 while secrets.json is broken; otherwise 500, which says
// nothing of the error: no path, no text of the exception.
Response ProblemOf(const std::exception& error);

}  // namespace linewatch::cgi

#endif
