// The far end of a TUN device: answers each ping in the way that the third number of the pinged address asks for.
//   far_end DEVICE     says "ready", then works until it is ended
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <span>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Packet = std::vector<uint8_t>;
using std::chrono::milliseconds;

// x of 10.77.x.y; far_end.cc and test_network.py know these numbers.
enum Manner : uint8_t {
  kAtOnce = 0,
  kAfterMilliseconds = 1,  // y of them
  kTwice = 2,
  kInTheNextCheck = 3,  // 1.1 s late
  kWrongChecksum = 4,
  kWrongId = 5,
  kWrongSequence = 6,
  kCutShort = 7,
  kOtherContent = 8,
  kFromElsewhere = 9,
  kTimeExceeded = 10,
  kAmongForeign = 11,  // after two hundred replies to pings that nobody sent
};

constexpr size_t kIpHeader = 20;
constexpr size_t kIcmpHeader = 8;

void Put(std::span<uint8_t> packet, size_t at, uint16_t value) {
  packet[at] = static_cast<uint8_t>(value >> 8);
  packet[at + 1] = static_cast<uint8_t>(value);
}

uint16_t Checksum(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

void Seal(Packet& packet) {
  const std::span all(packet);
  Put(all, 2, static_cast<uint16_t>(packet.size()));
  Put(all, 10, 0);
  Put(all, 10, Checksum(all.first(kIpHeader)));
  const auto icmp = all.subspan(kIpHeader);
  Put(icmp, 2, 0);
  Put(icmp, 2, Checksum(icmp));
}

// The echo reply to an echo request without IP options, not sealed yet.
Packet ReplyTo(const Packet& request) {
  Packet reply = request;
  std::swap_ranges(reply.begin() + 12, reply.begin() + 16, reply.begin() + 16);
  reply[kIpHeader] = 0;
  return reply;
}

Packet TimeExceededFor(const Packet& request) {
  Packet error(request.begin(), request.begin() + kIpHeader);
  const std::array<uint8_t, 4> router = {10, 77, 255, 254};
  std::copy(request.begin() + 12, request.begin() + 16, error.begin() + 16);
  std::copy(router.begin(), router.end(), error.begin() + 12);
  error.resize(kIpHeader + kIcmpHeader);
  error[kIpHeader] = 11;
  // RFC 792: the header of the packet in question and the first 64 bits behind it.
  error.insert(error.end(), request.begin(), request.begin() + kIpHeader + kIcmpHeader);
  return error;
}

// What comes back for a request, each at its time.
std::multimap<Clock::time_point, Packet> AnswersTo(const Packet& request) {
  const auto now = Clock::now();
  std::multimap<Clock::time_point, Packet> answers;
  Packet reply = ReplyTo(request);
  const std::span icmp = std::span(reply).subspan(kIpHeader);
  switch (request[18]) {
    case kAfterMilliseconds:
      Seal(reply);
      return {{now + milliseconds(request[19]), reply}};
    case kTwice:
      Seal(reply);
      return {{now, reply}, {now, reply}};
    case kInTheNextCheck:
      Seal(reply);
      return {{now + milliseconds(1100), reply}};
    case kWrongChecksum:
      Seal(reply);
      icmp[2] ^= 0xff;
      return {{now, reply}};
    case kWrongId:
      icmp[5] ^= 1;
      break;
    case kWrongSequence:
      icmp[7] ^= 1;
      break;
    case kCutShort:
      reply.resize(reply.size() - 1);
      break;
    case kOtherContent:
      icmp[kIcmpHeader] ^= 1;
      break;
    case kFromElsewhere:
      reply[14] = kAtOnce;
      break;
    case kTimeExceeded:
      reply = TimeExceededFor(request);
      break;
    case kAmongForeign:
      Seal(reply);
      for (int i = 0; i < 200; ++i) {
        Packet foreign = reply;
        Put(std::span(foreign).subspan(kIpHeader), 4, static_cast<uint16_t>(i * 331));
        Seal(foreign);
        answers.emplace(now, foreign);
      }
      answers.emplace(now, reply);
      return answers;
    default:
      break;
  }
  Seal(reply);
  return {{now, reply}};
}

bool is_ping(const Packet& packet) {
  return packet.size() >= kIpHeader + kIcmpHeader && packet[0] == 0x45 && packet[9] == IPPROTO_ICMP &&
         packet[kIpHeader] == 8;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  ifreq device{};
  device.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(device.ifr_name, argv[1], IFNAMSIZ - 1);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &device) != 0) {
    std::perror("far_end");
    return 1;
  }
  std::puts("ready");
  std::fflush(stdout);

  std::multimap<Clock::time_point, Packet> waiting;
  for (;;) {
    while (!waiting.empty() && waiting.begin()->first <= Clock::now()) {
      const Packet& packet = waiting.begin()->second;
      // A full queue loses packets, as lines do.
      if (write(tun, packet.data(), packet.size()) < 0) std::perror("far_end");
      waiting.erase(waiting.begin());
    }
    int patience = -1;
    if (!waiting.empty()) {
      const auto rest = std::chrono::ceil<milliseconds>(waiting.begin()->first - Clock::now());
      patience = std::max(0, static_cast<int>(rest.count()));
    }
    pollfd ready{tun, POLLIN, 0};
    poll(&ready, 1, patience);
    Packet packet(2048);
    for (ssize_t n; (n = read(tun, packet.data(), packet.size())) > 0; packet.resize(2048)) {
      packet.resize(static_cast<size_t>(n));
      if (is_ping(packet)) waiting.merge(AnswersTo(packet));
    }
  }
}
