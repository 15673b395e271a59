#include "store/text/url.h"

#include <algorithm>
#include <charconv>

#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr const char* kExpected = "expected an http:// or https:// URL, such as https://www.example.org/status";

// What may stand in a URL behind the authority (RFC 3986 section 2): no blank, no control, nothing beyond ASCII.
bool is_url_character(char c) {
  constexpr std::string_view kRefused = "\"<>\\^`{|}";
  return c > 0x20 && c < 0x7f && kRefused.find(c) == std::string_view::npos;
}

bool TakeScheme(std::string_view& text, std::string_view scheme) {
  const bool is_it = same_but_for_case(text.substr(0, scheme.size()), scheme);
  if (is_it) text.remove_prefix(scheme.size());
  return is_it;
}

}  // namespace

bool Url::has_same_origin(const Url& other) const {
  return is_tls == other.is_tls && port == other.port && CanonicalName(host) == CanonicalName(other.host);
}

std::variant<Url, std::string> ParseUrl(std::string_view text) {
  Url url;
  url.is_tls = TakeScheme(text, "https://");
  if (!url.is_tls && !TakeScheme(text, "http://")) return kExpected;
  url.port = url.is_tls ? 443 : 80;
  const size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  const std::string_view rest = text.substr(end);
  if (authority.find('@') != std::string_view::npos)
    return "expected a URL without a login: it goes into username and password";
  if (rest.find('#') != std::string_view::npos) return "expected a URL without a fragment (#...)";
  if (!std::all_of(rest.begin(), rest.end(), is_url_character))
    return "expected no blanks, and anything beyond ASCII percent-encoded";

  const bool is_six = authority.starts_with('[');
  const size_t name_end = is_six ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (name_end == std::string_view::npos) return kExpected;
  url.host = authority.substr(is_six ? 1 : 0, is_six ? name_end - 1 : name_end);
  authority.remove_prefix(is_six ? name_end + 1 : name_end);
  if (!is_address_or_name(url.host) || (url.host.find(':') != std::string::npos) != is_six) return kExpected;
  if (!authority.empty()) {
    const char* const last = authority.data() + authority.size();
    const auto [stop, fault] = std::from_chars(authority.data() + 1, last, url.port);
    if (authority[0] != ':' || fault != std::errc() || stop != last || url.port < 1 || url.port > 65535)
      return "expected a port from 1 to 65535";
  }
  url.path = rest;
  return url;
}

}  // namespace linewatch
