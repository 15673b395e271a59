// Where a redirect of a website leads to, and whether it is followed there.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_REDIRECT_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_REDIRECT_H_

#include <string>
#include <string_view>

#include "monitord/net/address.h"

namespace linewatch {

bool is_redirect(long status);

// Whether a Location is a URL of another kind, such as mailto:somebody.
bool is_elsewhere(std::string_view location);

// The URL that a Location leads to, which may be a part of one; empty if it leads nowhere. What must not stand in a URL
// is taken as browsers take it: {|} and the like and what is beyond ASCII are percent-encoded, a backslash before the
// query is a slash, line ends and tabs are nothing.
std::string ResolveLocation(const std::string& base, std::string_view location);

// A watched site must not lead the monitor to where only the monitor can get: why a redirect to `target` is refused, a
// short sentence, or "" if it is not. `own` is the address of the host that is checked. Loopback (and 0.0.0.0) is for
// hosts that are there themselves, link-local and private addresses are for hosts at any of the three. IPv4 addresses
// within IPv6 ones count as what they are.
std::string RedirectRefusal(const Address& own, const Address& target);

}  // namespace linewatch

#endif
