#include "store/text/network_name.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>

#include "store/text/ascii.h"

namespace linewatch {
namespace {

// Of one machine: what answers for many or for nobody says nothing about a host.
bool is_address(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
    const uint32_t address = ntohl(four.s_addr);
    const bool multicast = address >> 28 == 0xE;
    return address != 0 && address != 0xFFFFFFFF && !multicast;
  }
  // A link-local address needs to say on which interface: fe80::1%eth0 (RFC 4007 section 11).
  const size_t percent = text.find('%');
  in6_addr six{};
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &six) != 1) return false;
  if (IN6_IS_ADDR_UNSPECIFIED(&six) || IN6_IS_ADDR_MULTICAST(&six) || IN6_IS_ADDR_V4MAPPED(&six)) return false;
  if (percent == std::string::npos) return true;
  const std::string interface = text.substr(percent + 1);
  return IN6_IS_ADDR_LINKLOCAL(&six) && !interface.empty() && interface.size() < IF_NAMESIZE &&
         !has_control_characters(interface, false) && interface.find_first_of("/ ") == std::string::npos;
}

}  // namespace

// RFC 1123 section 2.1, and underscores, which occur in real names. A name whose last label is a number is a mistyped
// address: "10.0.0" or "10.0.0.256" (the same rule as in the URL standard).
bool is_domain_name(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > 253) return false;
  bool numeric = true;
  size_t length = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '.') {
      if (length == 0 || length > 63 || text[i - 1] == '-') return false;
      if (i == text.size()) break;
      length = 0;
      numeric = true;
      continue;
    }
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!digit && !letter && !(c == '-' && length > 0)) return false;
    numeric = numeric && digit;
    ++length;
  }
  return !numeric;
}

bool is_address_or_name(std::string_view text) {
  // inet_pton(3) stops at a zero byte: what stands behind it must not pass unseen.
  if (has_control_characters(text, false)) return false;
  return is_address(std::string(text)) || is_domain_name(text);
}

std::string CanonicalName(const std::string& address_or_name) {
  char text[INET6_ADDRSTRLEN];
  in6_addr six{};
  if (inet_pton(AF_INET6, address_or_name.c_str(), &six) == 1) return inet_ntop(AF_INET6, &six, text, sizeof text);
  // Domain names are compared without case and without the dot of the root (RFC 4343, RFC 1034 section 3.1).
  std::string name = address_or_name;
  std::transform(name.begin(), name.end(), name.begin(), LowerCase);
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  return name;
}

}  // namespace linewatch
