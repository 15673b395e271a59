#include "monitord/probe/ping/icmp_packet.h"

#include <algorithm>
#include <random>
#include <vector>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

constexpr EchoToken kToken{0x1122334455667788, 7, 2};

uint16_t InternetChecksum(std::span<const std::byte> bytes) {  // RFC 1071, the way its section 4.1 shows
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2)
    sum += static_cast<uint32_t>(std::to_integer<unsigned>(bytes[i]) << 8) + std::to_integer<unsigned>(bytes[i + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum & 0xffff);
}

// What comes back over a raw IPv4 socket for a request: an IP header, and the same with type 0.
std::vector<std::byte> ReplyTo(EchoPacket request) {
  request[0] = std::byte{0};
  request[2] = request[3] = std::byte{0};
  const uint16_t sum = InternetChecksum(request);
  request[2] = std::byte(sum >> 8);
  request[3] = std::byte(sum & 0xff);
  std::vector<std::byte> packet(20 + request.size());
  packet[0] = std::byte{0x45};
  packet[9] = std::byte{1};
  std::copy(request.begin(), request.end(), packet.begin() + 20);
  return packet;
}

TEST_CASE("a request carries a right checksum", "[icmp_packet]") {
  CHECK(InternetChecksum(BuildEcho(false, 0xbeef, 4711, kToken)) == 0);
}

TEST_CASE("a reply brings back what the request carried", "[icmp_packet]") {
  const auto reply = ParseReply4(ReplyTo(BuildEcho(false, 0xbeef, 4711, kToken)), true);
  REQUIRE(reply);
  CHECK(reply->id == 0xbeef);
  CHECK(reply->sequence == 4711);
  CHECK(reply->token.nonce == kToken.nonce);
  CHECK(reply->token.serial == 7);
  CHECK(reply->token.attempt == 2);

  EchoPacket six = BuildEcho(true, 1, 2, kToken);
  six[0] = std::byte{129};
  REQUIRE(ParseReply6(six));
  CHECK(ParseReply6(six)->sequence == 2);
}

TEST_CASE("what is no reply of the right length and checksum is nothing", "[icmp_packet]") {
  const auto good = ReplyTo(BuildEcho(false, 1, 2, kToken));
  REQUIRE(ParseReply4(good, true));

  auto damaged = good;
  damaged[40] ^= std::byte{1};
  CHECK_FALSE(ParseReply4(damaged, true));

  auto request = good;  // our own request, as loopback shows it to a raw socket
  request[20] = std::byte{8};
  CHECK_FALSE(ParseReply4(request, true));

  auto longer = good;
  longer.push_back(std::byte{0});
  longer.push_back(std::byte{0});
  CHECK_FALSE(ParseReply4(longer, true));

  for (size_t length = 0; length < good.size(); ++length) CHECK_FALSE(ParseReply4({good.data(), length}, true));

  auto options = good;  // says that its IP header is longer than the packet
  options[0] = std::byte{0x4f};
  CHECK_FALSE(ParseReply4({options.data(), 40}, true));
}

TEST_CASE("no bytes make the parsers read beyond the packet", "[icmp_packet]") {  // the sanitizers watch
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> bytes(random() % 100);
    for (auto& byte : bytes) byte = std::byte(random() & 0xff);
    if (!bytes.empty() && i % 2 == 0) bytes[0] = std::byte(0x40 | (random() & 0xf));
    ParseReply4(bytes, true);
    ParseReply4(bytes, false);
    ParseReply6(bytes);
    ParseRequest(false, bytes);
    ParseRequest(true, bytes);
  }
  SUCCEED();
}

TEST_CASE("an ICMP message about the way says nothing of a request's fate", "[icmp_packet]") {
  for (const int type : {3, 11, 12}) CHECK(says_undelivered(false, static_cast<uint8_t>(type)));
  for (const int type : {1, 2, 3, 4}) CHECK(says_undelivered(true, static_cast<uint8_t>(type)));
  for (const int type : {4, 5, 9, 42}) CHECK_FALSE(says_undelivered(false, static_cast<uint8_t>(type)));
  for (const int type : {137, 5, 100}) CHECK_FALSE(says_undelivered(true, static_cast<uint8_t>(type)));
}

TEST_CASE("an ICMP error is told in words", "[icmp_packet]") {
  CHECK(ComplaintOf(false, 3, 1) == "host unreachable");
  CHECK(ComplaintOf(false, 3, 0) == "network unreachable");
  CHECK(ComplaintOf(false, 3, 13) == "administratively prohibited");
  CHECK(ComplaintOf(false, 11, 0) == "TTL exceeded");
  CHECK(ComplaintOf(true, 1, 3) == "host unreachable");
  CHECK(ComplaintOf(true, 1, 0) == "network unreachable");
  CHECK(ComplaintOf(true, 3, 0) == "TTL exceeded");
}

}  // namespace
}  // namespace linewatch
