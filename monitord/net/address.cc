#include "monitord/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <cstring>
#include <limits>

namespace linewatch {

Address::Address(const in_addr& four) : family_(AF_INET) { std::memcpy(bytes_.data(), &four, sizeof four); }

Address::Address(const in6_addr& six, uint32_t scope) : scope_(scope), family_(AF_INET6) {
  std::memcpy(bytes_.data(), &six, sizeof six);
}

Address::Address(const sockaddr* socket_address) {
  if (socket_address->sa_family == AF_INET) {
    *this = Address(reinterpret_cast<const sockaddr_in*>(socket_address)->sin_addr);
  } else if (socket_address->sa_family == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(socket_address);
    *this = Address(six->sin6_addr, six->sin6_scope_id);
  }
}

std::optional<Address> Address::Parse(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return Address(four);
  const size_t percent = text.find('%');
  in6_addr six{};
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &six) != 1) return std::nullopt;
  if (percent == std::string::npos) return Address(six);
  // With index 0 the kernel would take any interface: one that does not exist has an index that none has, and sending
  // fails and says so.
  const uint32_t scope = if_nametoindex(text.c_str() + percent + 1);
  return Address(six, scope != 0 ? scope : uint32_t{std::numeric_limits<int32_t>::max()});
}

socklen_t Address::Fill(sockaddr_storage& storage, int port) const {
  if (is_six()) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(static_cast<uint16_t>(port));
    six.sin6_scope_id = scope_;
    std::memcpy(&six.sin6_addr, bytes_.data(), sizeof six.sin6_addr);
    std::memcpy(&storage, &six, sizeof six);
    return sizeof six;
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(static_cast<uint16_t>(port));
  std::memcpy(&four.sin_addr, bytes_.data(), sizeof four.sin_addr);
  std::memcpy(&storage, &four, sizeof four);
  return sizeof four;
}

bool Address::is_loopback() const {
  constexpr uint8_t kFour = 127;  // 127.0.0.0/8
  constexpr std::array<uint8_t, 16> kSix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return is_six() ? bytes_ == kSix : is_set() && bytes_[0] == kFour;
}

std::string Address::Text() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_set()) inet_ntop(family_, bytes_.data(), text, sizeof text);
  return text;
}

}  // namespace linewatch
