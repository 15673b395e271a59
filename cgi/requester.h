// Who asks: the name and the role of whoever sent a request, and whether a page of another origin made a browser send it.
// Which role an operation takes: the table in cgi/router.cc.
#ifndef LINEWATCH_CGI_REQUESTER_H_
#define LINEWATCH_CGI_REQUESTER_H_

#include <string_view>

#include "cgi/http.h"
#include "store/config.h"

namespace linewatch::cgi {

// The name that the web server has checked a password for; empty for nobody in particular. Nothing else says who it is:
// any client can send a header that arrives as HTTP_REMOTE_USER. A name that is no UTF-8 is nobody's: config.json
// cannot give it a role, nor the events or an answer hold it.
std::string_view UserOf(const Request& request);

// Whoever has no role of his own has that of anonymous. Anonymous is admin only on the machine itself: the request came
// from loopback, asks for a loopback name (a page elsewhere may have pointed its own name at 127.0.0.1), and no proxy
// has handed it on.
Role RoleOf(const Request& request, const Config::Access& access);

// Tools like curl send neither Origin nor Sec-Fetch-Site, so their absence is fine. Behind a proxy that ends TLS the
// origin of our own pages is that of `public_url`.
bool is_foreign(const Request& request, std::string_view public_url);

}  // namespace linewatch::cgi

#endif
