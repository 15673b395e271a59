// An IP address of either family, as sockets want it and as people read it.
#ifndef LINEWATCH_MONITORD_NET_ADDRESS_H_
#define LINEWATCH_MONITORD_NET_ADDRESS_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace linewatch {

class Address {
 public:
  Address() = default;
  explicit Address(const in_addr& four);
  explicit Address(const in6_addr& six, uint32_t scope = 0);
  // IPv4 or IPv6; anything else, AF_UNSPEC included, gives an address that is not set.
  explicit Address(const sockaddr* socket_address);

  // A literal such as 10.0.0.1, 2001:db8::1 or fe80::1%eth0; nothing for a name.
  static std::optional<Address> Parse(const std::string& text);

  bool is_set() const { return family_ != AF_UNSPEC; }
  bool is_six() const { return family_ == AF_INET6; }
  bool is_loopback() const;
  // Fills `storage`, answers the length.
  socklen_t Fill(sockaddr_storage& storage, int port = 0) const;
  std::string Text() const;

  // The scope is left out: a reply to fe80::1 may or may not carry it.
  bool operator==(const Address& other) const { return family_ == other.family_ && bytes_ == other.bytes_; }

 private:
  std::array<uint8_t, 16> bytes_{};
  uint32_t scope_ = 0;  // interface index of a link-local address
  uint16_t family_ = AF_UNSPEC;
};

// Of one name, the one to be tried first before the others.
using Addresses = std::vector<Address>;

}  // namespace linewatch

#endif
