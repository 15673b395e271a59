#include "store/host.h"

#include <arpa/inet.h>

#include "store/random_name.h"

namespace linewatch {
namespace {

std::string CanonicalAddress(const std::string& address) {
  char text[INET6_ADDRSTRLEN];
  in6_addr six{};
  if (inet_pton(AF_INET6, address.c_str(), &six) == 1) return inet_ntop(AF_INET6, &six, text, sizeof text);
  // Domain names are compared without case and without the dot of the root (RFC 4343, RFC 1034 section 3.1).
  std::string name = address;
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  return name;
}

}  // namespace

std::string TargetOf(const Host& host) {
  return std::string(kCheckKindNames[static_cast<size_t>(host.check)]) + ' ' + CanonicalAddress(host.ip);
}

std::string NewHostId() { return RandomName(10); }

}  // namespace linewatch
