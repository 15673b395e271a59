// Addresses and domain names, as people type them.
#ifndef LINEWATCH_STORE_TEXT_NETWORK_NAME_H_
#define LINEWATCH_STORE_TEXT_NETWORK_NAME_H_

#include <string>
#include <string_view>

namespace linewatch {

// An IPv4 or IPv6 address of one machine, or a domain name.
bool is_address_or_name(std::string_view text);
bool is_domain_name(std::string_view text);

// The same text for everything that means the same: "2001:DB8::1" is "2001:db8:0::1", "Example.org." is "example.org".
std::string CanonicalName(const std::string& address_or_name);

}  // namespace linewatch

#endif
