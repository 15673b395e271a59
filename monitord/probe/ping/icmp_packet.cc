#include "monitord/probe/ping/icmp_packet.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include <cstring>
#include <type_traits>

namespace linewatch {
namespace {

constexpr size_t kHeader = 8;  // of ICMP, both versions

uint8_t ByteAt(std::span<const std::byte> bytes, size_t at) { return std::to_integer<uint8_t>(bytes[at]); }

uint16_t BigEndianAt(std::span<const std::byte> bytes, size_t at) {
  return static_cast<uint16_t>(ByteAt(bytes, at) << 8 | ByteAt(bytes, at + 1));
}

void PutBigEndian(std::span<std::byte> bytes, size_t at, uint16_t value) {
  bytes[at] = std::byte(value >> 8);
  bytes[at + 1] = std::byte(value & 0xff);
}

// RFC 1071: 0 over a message that carries its right checksum. The sum is the same in any byte order, so it is made of
// the machine's own words; only the result is put in the order of the network.
uint16_t Checksum(std::span<const std::byte> bytes) {
  uint64_t sum = 0;
  size_t i = 0;
  for (uint32_t word; i + sizeof word <= bytes.size(); i += sizeof word) {
    std::memcpy(&word, bytes.data() + i, sizeof word);
    sum += word;
  }
  uint32_t rest = 0;
  std::memcpy(&rest, bytes.data() + i, bytes.size() - i);
  sum += rest;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return ntohs(static_cast<uint16_t>(~sum));
}

// It travels as it lies in memory: nobody else reads it.
static_assert(std::is_trivially_copyable_v<EchoToken> && sizeof(EchoToken) == 16 &&
              kHeader + sizeof(EchoToken) <= kEchoSize);

std::optional<EchoReply> ParseReply(std::span<const std::byte> message, uint8_t type) {
  if (message.size() != kEchoSize || ByteAt(message, 0) != type || ByteAt(message, 1) != 0) return std::nullopt;
  EchoReply reply{BigEndianAt(message, 4), BigEndianAt(message, 6), {}};
  std::memcpy(&reply.token, message.data() + kHeader, sizeof reply.token);
  return reply;
}

// The length of the IPv4 header at the start of `packet`, 0 if it is none or cut off.
size_t Ip4HeaderLength(std::span<const std::byte> packet) {
  if (packet.size() < 20 || ByteAt(packet, 0) >> 4 != 4) return 0;
  const size_t length = static_cast<size_t>(ByteAt(packet, 0) & 0xf) * 4;
  return length >= 20 && length <= packet.size() ? length : 0;
}

}  // namespace

EchoPacket BuildEcho(bool six, uint16_t id, uint16_t sequence, const EchoToken& token) {
  EchoPacket packet{};
  packet[0] = std::byte{six ? uint8_t{ICMP6_ECHO_REQUEST} : uint8_t{ICMP_ECHO}};
  PutBigEndian(packet, 4, id);
  PutBigEndian(packet, 6, sequence);
  std::memcpy(packet.data() + kHeader, &token, sizeof token);
  if (!six) PutBigEndian(packet, 2, Checksum(packet));
  return packet;
}

bool says_undelivered(bool six, uint8_t type) {
  if (six)
    return type == ICMP6_DST_UNREACH || type == ICMP6_PACKET_TOO_BIG || type == ICMP6_TIME_EXCEEDED ||
           type == ICMP6_PARAM_PROB;
  return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

std::string_view ComplaintOf(bool six, uint8_t type, uint8_t code) {
  if (six) {
    if (type == ICMP6_TIME_EXCEEDED) return "TTL exceeded";
    if (type == ICMP6_PARAM_PROB) return "parameter problem";
    if (type == ICMP6_PACKET_TOO_BIG) return "packet too big";
    if (type != ICMP6_DST_UNREACH) return "an ICMP error";
    switch (code) {
      case ICMP6_DST_UNREACH_NOROUTE:
        return "network unreachable";
      case ICMP6_DST_UNREACH_ADMIN:
        return "administratively prohibited";
      default:
        return "host unreachable";
    }
  }
  if (type == ICMP_TIME_EXCEEDED) return "TTL exceeded";
  if (type == ICMP_PARAMETERPROB) return "parameter problem";
  if (type != ICMP_DEST_UNREACH) return "an ICMP error";
  switch (code) {
    case ICMP_NET_UNREACH:
    case ICMP_NET_UNKNOWN:
    case ICMP_NET_UNR_TOS:
      return "network unreachable";
    case ICMP_PROT_UNREACH:
      return "protocol unreachable";
    case ICMP_PORT_UNREACH:
      return "port unreachable";
    case ICMP_FRAG_NEEDED:
      return "fragmentation needed";
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED:
      return "administratively prohibited";
    default:
      return "host unreachable";
  }
}

std::optional<EchoReply> ParseReply4(std::span<const std::byte> packet, bool with_ip_header) {
  if (with_ip_header) {
    const size_t length = Ip4HeaderLength(packet);
    if (length == 0) return std::nullopt;
    packet = packet.subspan(length);
    // A raw socket gets its copy before the kernel checks it.
    if (Checksum(packet) != 0) return std::nullopt;
  }
  return ParseReply(packet, ICMP_ECHOREPLY);
}

std::optional<EchoReply> ParseReply6(std::span<const std::byte> packet) { return ParseReply(packet, ICMP6_ECHO_REPLY); }

std::optional<EchoRequestHeader> ParseRequest(bool six, std::span<const std::byte> packet) {
  const uint8_t type = six ? uint8_t{ICMP6_ECHO_REQUEST} : uint8_t{ICMP_ECHO};
  if (packet.size() < kHeader || ByteAt(packet, 0) != type) return std::nullopt;
  return EchoRequestHeader{BigEndianAt(packet, 4), BigEndianAt(packet, 6)};
}

}  // namespace linewatch
