// Where a redirect of a website leads to.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_REDIRECT_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_REDIRECT_H_

#include <string>
#include <string_view>

namespace linewatch {

bool is_redirect(long status);

// Whether a Location is a URL of another kind, such as mailto:somebody.
bool is_elsewhere(std::string_view location);

// The URL that a Location leads to, which may be a part of one; empty if it leads nowhere.
std::string ResolveLocation(const std::string& base, const std::string& location);

}  // namespace linewatch

#endif
