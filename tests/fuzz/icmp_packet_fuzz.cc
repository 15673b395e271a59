// Whatever the network hands to a ping socket: replies, and the requests that ICMP errors quote.
#include "monitord/probe/ping/icmp_packet.h"

#include <fuzzer/FuzzedDataProvider.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include <vector>

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

// RFC 1071, an implementation of its own.
uint16_t Checksum(const std::vector<std::byte>& bytes, size_t from) {
  uint32_t sum = 0;
  for (size_t i = from; i < bytes.size(); ++i)
    sum += std::to_integer<uint32_t>(bytes[i]) << ((i - from) % 2 == 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// Chance would have to find one of 65,536.
void PutRightChecksum(std::vector<std::byte>& packet, size_t icmp) {
  if (packet.size() < icmp + 4) return;
  packet[icmp + 2] = packet[icmp + 3] = std::byte{0};
  const uint16_t sum = Checksum(packet, icmp);
  packet[icmp + 2] = std::byte(sum >> 8);
  packet[icmp + 3] = std::byte(sum & 0xff);
}

// A reply is what BuildEcho made, but for the type and the checksum.
void RequireTruth(const std::optional<EchoReply>& reply, bool six, std::span<const std::byte> packet) {
  if (!reply) return;
  Require(packet.size() == kEchoSize, "a reply is as long as its request");
  const EchoPacket request = BuildEcho(six, reply->id, reply->sequence, reply->token);
  constexpr size_t kHeader = 8, kToken = 16;
  Require(std::equal(request.begin() + 4, request.begin() + kHeader + kToken, packet.begin() + 4),
          "id, sequence and token are those of the packet");
}

void Try(FuzzedDataProvider& input) {
  const bool six = input.ConsumeBool(), with_ip_header = input.ConsumeBool(), is_sealed = input.ConsumeBool();
  const uint8_t type = input.ConsumeIntegral<uint8_t>(), code = input.ConsumeIntegral<uint8_t>();
  Require(!ComplaintOf(six, type, code).empty(), "every ICMP error has a name");

  const auto bytes = input.ConsumeRemainingBytes<uint8_t>();
  std::vector<std::byte> packet(bytes.size());
  std::transform(bytes.begin(), bytes.end(), packet.begin(), [](uint8_t b) { return std::byte{b}; });
  size_t icmp = 0;
  if (with_ip_header && !six && !packet.empty()) icmp = (std::to_integer<size_t>(packet[0]) & 0xf) * 4;
  if (is_sealed) PutRightChecksum(packet, icmp);

  if (six) {
    RequireTruth(ParseReply6(packet), true, packet);
  } else if (const auto reply = ParseReply4(packet, with_ip_header)) {
    Require(icmp <= packet.size(), "the IP header is within the packet");
    Require(!with_ip_header || Checksum(packet, icmp) == 0, "the checksum is right");
    RequireTruth(reply, false, std::span(packet).subspan(icmp));
  }
  if (const auto request = ParseRequest(six, packet))
    Require(packet.size() >= 8 && std::to_integer<uint8_t>(packet[0]) == (six ? ICMP6_ECHO_REQUEST : ICMP_ECHO),
            "a request is an echo request");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  linewatch::Try(input);
  return 0;
}
