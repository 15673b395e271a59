#include "store/host.h"

#include <arpa/inet.h>

#include <random>

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

std::string NewHostId() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;  // getrandom(2); an id made by a clock could be made twice
  std::uniform_int_distribution<size_t> pick(0, kAlphabet.size() - 1);
  std::string id(10, ' ');
  for (char& c : id) c = kAlphabet[pick(random)];
  return id;
}

}  // namespace linewatch
