// Echo requests and what comes back, as bytes: RFC 792 and RFC 4443. Pure; everything received is hostile.
#ifndef LINEWATCH_MONITORD_PROBE_PING_ICMP_PACKET_H_
#define LINEWATCH_MONITORD_PROBE_PING_ICMP_PACKET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace linewatch {

// What an echo request carries, to be found again in its reply: nothing that the answer of a host is believed for.
struct EchoToken {
  uint64_t nonce = 0;    // of this request: who has not seen it cannot answer it
  uint32_t serial = 0;   // of the check: a reply to an earlier check is late
  uint32_t attempt = 0;  // within the check
};

inline constexpr size_t kEchoSize = 64;  // header and 56 bytes, as ping sends
using EchoPacket = std::array<std::byte, kEchoSize>;

// `id` counts for raw sockets only; on ping sockets the kernel writes its own, and the checksums of IPv6.
EchoPacket BuildEcho(bool six, uint16_t id, uint16_t sequence, const EchoToken& token);

struct EchoReply {
  uint16_t id = 0, sequence = 0;
  EchoToken token;
};

// `packet` begins with the ICMP header, except that on raw IPv4 sockets the IP header stands before it. Nothing for
// what is truncated, has a wrong checksum (raw IPv4; elsewhere the kernel has checked it), or is another kind of message.
std::optional<EchoReply> ParseReply4(std::span<const std::byte> packet, bool with_ip_header);
std::optional<EchoReply> ParseReply6(std::span<const std::byte> packet);

// Which request an ICMP error is about, from the first bytes of it that the kernel hands back: ICMP header first.
struct EchoRequestHeader {
  uint16_t id = 0, sequence = 0;
};
std::optional<EchoRequestHeader> ParseRequest(bool six, std::span<const std::byte> packet);

// Whether an ICMP error means that the request has not arrived. A redirect and a source quench (RFC 792), and what newer
// kinds say, are about the way: the packet was sent on.
bool says_undelivered(bool six, uint8_t type);

// What an ICMP error says, in words: "host unreachable".
std::string_view ComplaintOf(bool six, uint8_t type, uint8_t code);

}  // namespace linewatch

#endif
