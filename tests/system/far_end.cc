// The far end of a TUN device: answers each ping in the way that the numbers of the pinged address ask for.
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
#include <ctime>
#include <map>
#include <random>
#include <span>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Packet = std::vector<uint8_t>;
using std::chrono::milliseconds;

// n of 10.n.x.y; network.py and those who use it know these numbers.
enum Place : uint8_t {
  kByManner = 77,
  kDistant = 78,        // 20 ms away
  kLossy = 79,          // as far, and one of twenty requests is lost
  kSilent = 80,         // nobody is there
  kFlooded = 81,        // as far as kDistant, and with each request come fifty replies that are none
  kFloodedSilent = 82,  // nothing but those fifty
  kThirdTime = 83,      // as far as kDistant, but two of three requests to an address are lost
  kFarther = 84,
};
constexpr milliseconds kDistance{20}, kFartherDistance{250};
constexpr double kLoss = 0.05;
constexpr int kFlood = 50;

// x of 10.77.x.y; test_network.py knows these numbers.
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
  kAmongForeign = 11,     // after two hundred replies to pings that nobody sent
  kRedirected = 12,       // among redirects: ICMP type 5
  kQuenched = 13,         // among source quenches: ICMP type 4
  kRedirectedAlone = 14,  // a redirect, and no reply
  kForgesTimes = 15,      // after y milliseconds, and every time in its content is later by as much
  kForgesOthers = 16,     // at once, and tries to answer for 10.77.17.y
  kForged = 17,           // nothing by itself
};

constexpr uint8_t kSourceQuench = 4, kRedirect = 5, kTimeExceededType = 11;  // RFC 792
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

// An ICMP error from a router on the way; not sealed yet.
Packet ErrorFor(const Packet& request, uint8_t type, uint8_t code) {
  Packet error(request.begin(), request.begin() + kIpHeader);
  const std::array<uint8_t, 4> router = {10, 77, 255, 254};
  std::copy(request.begin() + 12, request.begin() + 16, error.begin() + 16);
  std::copy(router.begin(), router.end(), error.begin() + 12);
  error.resize(kIpHeader + kIcmpHeader);
  error[kIpHeader] = type;
  error[kIpHeader + 1] = code;
  if (type == kRedirect) std::copy(router.begin(), router.end(), error.begin() + kIpHeader + 4);
  // RFC 792: the header of the packet in question and the first 64 bits behind it.
  error.insert(error.end(), request.begin(), request.begin() + kIpHeader + kIcmpHeader);
  return error;
}

// What comes back, each at its time.
using Answers = std::multimap<Clock::time_point, Packet>;

// Replies to pings that nobody sent: every other one by its id, the rest by what it carries.
void Flood(Answers& answers, Clock::time_point at, const Packet& reply, int count) {
  for (int i = 0; i < count; ++i) {
    Packet foreign = reply;
    const auto icmp = std::span(foreign).subspan(kIpHeader);
    icmp[i % 2 == 0 ? 4 : kIcmpHeader] ^= static_cast<uint8_t>(i + 1);
    Seal(foreign);
    answers.emplace(at, std::move(foreign));
  }
}

Answers AnswersFrom(Place place, const Packet& request) {
  static std::mt19937 random(1);
  static std::bernoulli_distribution is_lost(kLoss);
  const auto now = Clock::now();
  Answers answers;
  static std::map<uint16_t, int> requests;  // by x and y
  if (place == kSilent || (place == kLossy && is_lost(random))) return answers;
  if (place == kThirdTime && ++requests[static_cast<uint16_t>(request[18] << 8 | request[19])] % 3 != 0) return answers;
  Packet reply = ReplyTo(request);
  Seal(reply);
  if (place == kFlooded || place == kFloodedSilent) Flood(answers, now, reply, kFlood);
  if (place != kFloodedSilent)
    answers.emplace(now + (place == kFarther ? kFartherDistance : kDistance), std::move(reply));
  return answers;
}

// Makes later what may be a time of a clock in nanoseconds.
void MakeLater(std::span<uint8_t> content, milliseconds by) {
  int64_t time = 0;
  for (; content.size() >= sizeof time; content = content.subspan(sizeof time)) {
    std::memcpy(&time, content.data(), sizeof time);
    time += std::chrono::nanoseconds(by).count();
    std::memcpy(content.data(), &time, sizeof time);
  }
}

// Replies for another host to requests that may be under way, made of what this one was sent.
void ForgeNeighbours(Answers& answers, const Packet& reply) {
  constexpr int kReach = 4, kAttempts = 3;
  for (int distance = -kReach; distance <= kReach; ++distance) {
    for (int serials = -kReach; serials <= kReach; ++serials) {
      for (int attempt = 0; attempt < kAttempts; ++attempt) {
        Packet forged = reply;
        forged[14] = kForged;
        const auto icmp = std::span(forged).subspan(kIpHeader);
        Put(icmp, 6, static_cast<uint16_t>((icmp[6] << 8 | icmp[7]) + distance));
        uint32_t serial = 0;
        std::memcpy(&serial, icmp.data() + kIcmpHeader + 8, sizeof serial);
        serial += static_cast<uint32_t>(serials);
        std::memcpy(icmp.data() + kIcmpHeader + 8, &serial, sizeof serial);
        icmp[kIcmpHeader + 12] = static_cast<uint8_t>(attempt);
        Seal(forged);
        answers.emplace(Clock::now(), std::move(forged));
      }
    }
  }
}

Answers AnswersInManner(const Packet& request) {
  const auto now = Clock::now();
  Answers answers;
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
      reply = ErrorFor(request, kTimeExceededType, 0);
      break;
    case kRedirected:
    case kQuenched: {
      Packet error = request[18] == kRedirected ? ErrorFor(request, kRedirect, 1) : ErrorFor(request, kSourceQuench, 0);
      Seal(error);
      Seal(reply);
      // So many that some come while others are sent to.
      for (int i = 0; i < 100; ++i) answers.emplace(now + milliseconds(i), error);
      answers.emplace(now + milliseconds(20), reply);
      return answers;
    }
    case kForgesTimes:
      // Behind the nonce, the serial and the attempt.
      MakeLater(icmp.subspan(kIcmpHeader + 16), milliseconds(request[19]));
      Seal(reply);
      return {{now + milliseconds(request[19]), reply}};
    case kForgesOthers:
      ForgeNeighbours(answers, reply);
      Seal(reply);
      answers.emplace(now, reply);
      return answers;
    case kForged:
      return answers;
    case kRedirectedAlone:
      reply = ErrorFor(request, kRedirect, 1);
      break;
    case kAmongForeign:
      Flood(answers, now, reply, 200);
      Seal(reply);
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

  Answers waiting;
  std::array<uint8_t, 2048> buffer;
  for (;;) {
    while (!waiting.empty() && waiting.begin()->first <= Clock::now()) {
      const Packet& packet = waiting.begin()->second;
      // A full queue loses packets, as lines do.
      if (write(tun, packet.data(), packet.size()) < 0) std::perror("far_end");
      waiting.erase(waiting.begin());
    }
    timespec patience{};
    if (!waiting.empty()) {
      const auto rest = std::max(Clock::duration::zero(), waiting.begin()->first - Clock::now());
      patience = {std::chrono::floor<std::chrono::seconds>(rest).count(), (rest % std::chrono::seconds(1)).count()};
    }
    pollfd ready{tun, POLLIN, 0};
    ppoll(&ready, 1, waiting.empty() ? nullptr : &patience, nullptr);
    // Not all at once: in a burst of ten thousand the first answers are due before the last request is read.
    constexpr int kMostInARow = 64;
    for (int i = 0; i < kMostInARow; ++i) {
      const ssize_t n = read(tun, buffer.data(), buffer.size());
      if (n <= 0) break;
      const Packet packet(buffer.begin(), buffer.begin() + n);
      if (!is_ping(packet)) continue;
      const auto place = static_cast<Place>(packet[17]);
      waiting.merge(place == kByManner ? AnswersInManner(packet) : AnswersFrom(place, packet));
    }
  }
}
