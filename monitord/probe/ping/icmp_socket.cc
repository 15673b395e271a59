#include "monitord/probe/ping/icmp_socket.h"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/sock_diag.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "monitord/probe/ping/reply_filter.h"

namespace linewatch {
namespace {

constexpr size_t kReceiveBatch = 32;
constexpr int kReceiveBuffer = 8 << 20;  // the kernel doubles it: room for 20,000 replies
constexpr size_t kLargestPacket = 128;  // more than an IP header with all options and an echo reply; longer is not ours
constexpr size_t kControl = 128;        // a time stamp, and what is said of an ICMP error

// What one reply is charged with when it comes over loopback or is copied by its driver, and at most.
constexpr size_t kReplyCharge = 832;
constexpr size_t kLargestReplyCharge = 8192;

using MemoryInfo = std::array<uint32_t, SK_MEMINFO_VARS>;
MemoryInfo MemoryOf(int fd) {
  MemoryInfo info{};
  socklen_t length = sizeof info;
  getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &length);
  return info;
}

void SetOption(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

// The kernel hands an ICMP error that came in to the next call on the socket, whatever that is about. These are all the
// errors that it makes of one: net/ipv4/ping.c, icmp_err_convert in net/ipv4/icmp.c, icmpv6_err_convert in
// net/ipv6/icmp.c. Some of them a route or a filter gives, too: those may be about the packet that is being sent.
bool is_always_of_another(int error) {
  return error == EREMOTEIO || error == ECONNREFUSED || error == EPROTO || error == EOPNOTSUPP ||
         error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET;
}
bool may_be_of_another(int error) {
  return is_always_of_another(error) || error == EHOSTUNREACH || error == ENETUNREACH || error == EACCES ||
         error == EMSGSIZE;
}

}  // namespace

struct IcmpSocket::Buffers {
  struct Slot {
    sockaddr_in6 address;  // or the shorter sockaddr_in
    std::array<std::byte, kLargestPacket> packet;
    alignas(cmsghdr) std::array<char, kControl> control;
    iovec part;
  };
  std::array<Slot, kReceiveBatch> slots;
  std::array<mmsghdr, kReceiveBatch> messages;
  size_t used = kReceiveBatch;

  size_t Receive(int fd, int flags) {
    // The kernel has changed the lengths of those that it filled.
    for (size_t i = 0; i < used; ++i) {
      Slot& slot = slots[i];
      slot.part = {slot.packet.data(), slot.packet.size()};
      messages[i].msg_hdr = {&slot.address,       sizeof slot.address, &slot.part, 1,
                             slot.control.data(), slot.control.size(), 0};
    }
    const int n = recvmmsg(fd, messages.data(), kReceiveBatch, MSG_DONTWAIT | flags, nullptr);
    used = static_cast<size_t>(std::max(n, 0));
    return used;
  }
  std::span<const std::byte> Packet(size_t i) const {
    return {slots[i].packet.data(), std::min<size_t>(messages[i].msg_len, kLargestPacket)};
  }
  Address From(size_t i) const { return Address(reinterpret_cast<const sockaddr*>(&slots[i].address)); }
};

IcmpSocket::IcmpSocket(bool six) : six_(six), buffers_(std::make_unique<Buffers>()) {
  const int family = six ? AF_INET6 : AF_INET;
  const int protocol = six ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP};
  constexpr int kFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;
  fd_ = socket(family, SOCK_DGRAM | kFlags, protocol);
  if (fd_ < 0) {
    fd_ = socket(family, SOCK_RAW | kFlags, protocol);
    raw_ = true;
  }
  if (fd_ < 0)
    throw std::system_error(errno, std::system_category(),
                            six ? "open a ping socket for IPv6"
                                : "open a ping socket; allow it for every user with\n"
                                  "  sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'\n"
                                  "or give the program CAP_NET_RAW");

  // As much where we may, what rmem_max allows where not.
  if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
    SetOption(fd_, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  constexpr int kSendBuffer = 4 << 20;
  if (setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer) != 0)
    SetOption(fd_, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (six) {
    SetOption(fd_, IPPROTO_IPV6, IPV6_RECVERR, 1);
  } else {
    SetOption(fd_, IPPROTO_IP, IP_RECVERR, 1);
    // Never in fragments, whatever anybody claims of the way: the kernel then need not find an id for each packet.
    SetOption(fd_, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  }
  if (raw_) {
    id_ = static_cast<uint16_t>(std::random_device{}());
    DropForeignReplies();
  }
}

IcmpSocket::~IcmpSocket() { close(fd_); }

// First by type, before a copy is made for this socket, then by our id. Where the kernel does not do it the parser
// drops them: slower, not wrong.
void IcmpSocket::DropForeignReplies() const {
  if (six_) {
    icmp6_filter pass;
    ICMP6_FILTER_SETBLOCKALL(&pass);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &pass);
    setsockopt(fd_, IPPROTO_ICMPV6, ICMP6_FILTER, &pass, sizeof pass);
  } else {
    const icmp_filter block{~(1U << ICMP_ECHOREPLY)};
    setsockopt(fd_, SOL_RAW, ICMP_FILTER, &block, sizeof block);
  }
  PassRepliesOnly(fd_, six_, id_);
}

size_t IcmpSocket::room() const { return MemoryOf(fd_)[SK_MEMINFO_RCVBUF] / kReplyCharge; }

bool IcmpSocket::HasDropped() {
  const MemoryInfo info = MemoryOf(fd_);
  const bool has_risen = std::exchange(dropped_, info[SK_MEMINFO_DROPS]) != info[SK_MEMINFO_DROPS];
  const size_t read = std::exchange(most_read_, 0);
  // A raw socket for IPv6 counts packets with a wrong checksum, too, anybody's: nobody shall make our failed checks
  // void with those. A full buffer shows in what was read from it.
  const bool may_be_damaged = raw_ && six_;
  return has_risen && !(may_be_damaged && read < info[SK_MEMINFO_RCVBUF] / kLargestReplyCharge);
}

bool IcmpSocket::is_send_buffer_full() const {
  const MemoryInfo info = MemoryOf(fd_);
  return info[SK_MEMINFO_WMEM_ALLOC] > info[SK_MEMINFO_SNDBUF];
}

IcmpSocket::Sent IcmpSocket::Send(std::span<const Outgoing> requests) {
  std::array<EchoPacket, kBatch> packets;
  std::array<sockaddr_storage, kBatch> addresses;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> messages{};
  const size_t size = std::min(requests.size(), kBatch);
  const ClockReading now = ReadWallAndSteady();
  for (size_t i = 0; i < size; ++i) {
    packets[i] = BuildEcho(six_, id_, requests[i].sequence, requests[i].token);
    parts[i] = {packets[i].data(), packets[i].size()};
    messages[i].msg_hdr = {&addresses[i], requests[i].to.Fill(addresses[i]), &parts[i], 1, nullptr, 0, 0};
  }
  Sent sent{0, SendStop::kNone, 0, now, {}};
  int refusals = 0;
  while (sent.count < size && sent.stop == SendStop::kNone) {
    const int n = sendmmsg(fd_, messages.data() + sent.count, static_cast<unsigned>(size - sent.count), 0);
    if (n >= 0) {
      sent.count += static_cast<size_t>(n);
      refusals = 0;
      // The call keeps to itself what stopped it, which may have been the error of an earlier packet.
      has_complaints_ = has_complaints_ || sent.count < size;
      continue;
    }
    sent.error = errno;
    // An error of an earlier packet comes once: trying again shows whose it is. Each try takes one away.
    constexpr int kTries = 8;
    if (sent.error == EINTR) continue;
    if (may_be_of_another(sent.error) && ++refusals < kTries) {
      has_complaints_ = true;
      continue;
    }
    if (is_always_of_another(sent.error)) {
      sent.stop = SendStop::kBusy;  // more of them come than can be taken away
    } else if (sent.error == EAGAIN) {
      sent.stop = SendStop::kFull;
    } else if (sent.error == ENOBUFS) {
      // Raw sockets have no other word for a full send buffer.
      sent.stop = is_send_buffer_full() ? SendStop::kFull : SendStop::kBusy;
    } else {
      sent.stop = SendStop::kRefused;
    }
  }
  sent.ended = std::chrono::steady_clock::now();
  return sent;
}

void IcmpSocket::Receive(const std::function<void(const Reply&)>& take_reply,
                         const std::function<void(const Complaint&)>& take_complaint) {
  // Bounded, so that a flood cannot keep us here for ever, yet more than the buffer holds: what waited before is read.
  constexpr size_t kMostPackets = 2 * kReceiveBuffer / 256;
  size_t read = 0;
  for (size_t steps = 0; steps < kMostPackets;) {
    const size_t n = buffers_->Receive(fd_, 0);
    const int error = n > 0 ? 0 : errno;
    const ClockReading now = ReadWallAndSteady();
    for (size_t k = 0; k < n; ++k) TakePacket(k, now, take_reply);
    read += n;
    steps += std::max<size_t>(n, 1);
    if (n > 0) continue;
    // Either nothing waits any more, or this is the error of an earlier request and replies wait behind it. Its story
    // is in the error queue; so is that of an error which a send has answered.
    if (error == EAGAIN && read > 0 && !has_complaints_) break;
    const size_t complaints = ReceiveComplaints(take_complaint);
    has_complaints_ = complaints > 0;
    steps += complaints;
    if (error == EAGAIN && complaints == 0) break;
  }
  most_read_ = std::max(most_read_, read);
}

void IcmpSocket::TakePacket(size_t k, const ClockReading& now, const std::function<void(const Reply&)>& take) {
  const auto reply = six_ ? ParseReply6(buffers_->Packet(k)) : ParseReply4(buffers_->Packet(k), raw_);
  if (!reply || (raw_ && reply->id != id_)) return;
  int64_t received = now.wall_ns;
  msghdr& header = buffers_->messages[k].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
    received = stamp.tv_sec * 1000000000LL + stamp.tv_nsec;
  }
  take({buffers_->From(k), reply->sequence, reply->token, received, now});
}

// A batch of them; answers how many there were.
size_t IcmpSocket::ReceiveComplaints(const std::function<void(const Complaint&)>& take) {
  const size_t complaints = buffers_->Receive(fd_, MSG_ERRQUEUE);
  for (size_t k = 0; k < complaints; ++k) {
    const auto request = ParseRequest(six_, buffers_->Packet(k));
    if (!request || (raw_ && request->id != id_)) continue;
    msghdr& header = buffers_->messages[k].msg_hdr;
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
      const bool is_error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
                            (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
      if (!is_error) continue;
      sock_extended_err error{};
      std::memcpy(&error, CMSG_DATA(c), sizeof error);
      const bool is_from_network = error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
      if (is_from_network && says_undelivered(six_, error.ee_type))
        take({buffers_->From(k), request->sequence, error.ee_type, error.ee_code});
    }
  }
  return complaints;
}

}  // namespace linewatch
