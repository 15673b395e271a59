// Cookies that a website sets while it redirects: kept for the one check, and sent to their origin alone (RFC 6265).
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_COOKIE_JAR_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_COOKIE_JAR_H_

#include <string>
#include <string_view>
#include <vector>

#include "store/text/url.h"
#include "store/value/wall_time.h"

namespace linewatch {

class CookieJar {
 public:
  // The value of a Set-Cookie in an answer to `from`. One that is not for that very host, or that cannot be kept, is
  // passed over; one that has expired takes the one of its name away.
  void Take(std::string_view set_cookie, const Url& from, WallTime now);

  // The value of Cookie for a request to `to`, which may be empty. Those of an origin go to it alone, but for the step
  // from http to https of the same name at the usual ports.
  std::string For(const Url& to) const;

  // Beyond them the oldest are forgotten; a longer cookie is passed over.
  static constexpr size_t kMostCookies = 50, kMostBytes = 4096;

 private:
  struct Cookie {
    std::string name, value, path;
    Url origin;
    bool is_secure = false;
  };

  std::vector<Cookie> cookies_;
};

}  // namespace linewatch

#endif
