// What a client is told when its request could not be carried out.
#ifndef LINEWATCH_CGI_FAILURE_H_
#define LINEWATCH_CGI_FAILURE_H_

#include <exception>

#include "cgi/http.h"

namespace linewatch::cgi {

// 503 or 507 with a reason that somebody can act on, otherwise 500 and nothing: no path, no word of ours.
Response ProblemOf(const std::exception& error);

}  // namespace linewatch::cgi

#endif
