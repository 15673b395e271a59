#include "monitord/icmp_socket.h"

#include <linux/errqueue.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <system_error>

namespace linewatch {
namespace {

constexpr size_t kReceiveBatch = 16;
constexpr size_t kLargestPacket = 256;  // an IP header with options and an echo reply; longer ones are not ours

int64_t Nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void SetOption(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

// Errors that a route, a filter or a socket buffer gives, and those that belong to an earlier packet: the kernel hands
// an ICMP error that came in to the next call on the socket, whatever that is about.
bool may_be_of_another(int error) {
  return error == EHOSTUNREACH || error == ENETUNREACH || error == ECONNREFUSED || error == EPROTO || error == EACCES ||
         error == EMSGSIZE || error == EOPNOTSUPP || error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET ||
         error == EPROTONOSUPPORT;
}

}  // namespace

struct IcmpSocket::Buffers {
  struct Slot {
    sockaddr_storage address;
    std::array<std::byte, kLargestPacket> packet;
    alignas(cmsghdr) std::array<char, 256> control;
    iovec part;
  };
  std::array<Slot, kReceiveBatch> slots;
  std::array<mmsghdr, kReceiveBatch> messages;

  void Prepare() {
    for (size_t i = 0; i < slots.size(); ++i) {
      Slot& slot = slots[i];
      slot.part = {slot.packet.data(), slot.packet.size()};
      messages[i] = {};
      messages[i].msg_hdr = {&slot.address,       sizeof slot.address, &slot.part, 1,
                             slot.control.data(), slot.control.size(), 0};
    }
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

  // 832 bytes a reply in flight: room for 10,000 of them where we may, what rmem_max allows where not.
  constexpr int kReceiveBuffer = 8 << 20;
  if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
    SetOption(fd_, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  constexpr int kSendBuffer = 4 << 20;
  if (setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer) != 0)
    SetOption(fd_, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  SetOption(fd_, six ? int{IPPROTO_IPV6} : int{IPPROTO_IP}, six ? IPV6_RECVERR : IP_RECVERR, 1);
  if (raw_) {
    id_ = static_cast<uint16_t>(std::random_device{}());
    DropForeignReplies();
  }
}

IcmpSocket::~IcmpSocket() { close(fd_); }

// In the kernel, before they take room in the receive buffer: a raw socket gets a copy of every ICMP packet of the
// machine. On IPv4 the program sees the IP header, on IPv6 it does not.
void IcmpSocket::DropForeignReplies() const {
  const uint32_t type = six_ ? uint32_t{ICMP6_ECHO_REPLY} : uint32_t{ICMP_ECHOREPLY};
  std::array<sock_filter, 7> filter = {{
      {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},  // X = length of the IPv4 header
      {BPF_LD | BPF_B | BPF_IND, 0, 0, 0},   // A = ICMP type
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, type},
      {BPF_LD | BPF_H | BPF_IND, 0, 0, 4},  // A = id
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, id_},
      {BPF_RET | BPF_K, 0, 0, 0xffff},
      {BPF_RET | BPF_K, 0, 0, 0},
  }};
  if (six_) filter[0] = {BPF_LDX | BPF_W | BPF_IMM, 0, 0, 0};  // X = 0
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  // Without it the parser drops them: slower, not wrong.
  setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

IcmpSocket::Sent IcmpSocket::Send(std::span<Outgoing> requests) {
  size_t done = 0;
  while (done < requests.size()) {
    const auto batch = requests.subspan(done, std::min(kBatch, requests.size() - done));
    std::array<EchoPacket, kBatch> packets;
    std::array<sockaddr_storage, kBatch> addresses;
    std::array<iovec, kBatch> parts;
    std::array<mmsghdr, kBatch> messages{};
    const int64_t wall = Nanoseconds(CLOCK_REALTIME);
    const int64_t steady = Nanoseconds(CLOCK_MONOTONIC);
    for (size_t i = 0; i < batch.size(); ++i) {
      batch[i].token.sent_wall_ns = wall;
      batch[i].token.sent_steady_ns = steady;
      packets[i] = BuildEcho(six_, id_, batch[i].sequence, batch[i].token);
      parts[i] = {packets[i].data(), packets[i].size()};
      messages[i].msg_hdr = {&addresses[i], batch[i].to.Fill(addresses[i]), &parts[i], 1, nullptr, 0, 0};
    }
    size_t in_batch = 0;
    int refusals = 0;
    while (in_batch < batch.size()) {
      const int n = sendmmsg(fd_, messages.data() + in_batch, static_cast<unsigned>(batch.size() - in_batch), 0);
      if (n >= 0) {
        in_batch += static_cast<size_t>(n);
        refusals = 0;
        continue;
      }
      const int error = errno;
      if (error == EINTR) continue;
      if (error == EAGAIN) return {done + in_batch, SendStop::kFull, error};
      if (error == ENOBUFS) return {done + in_batch, SendStop::kBusy, error};
      // An error of an earlier packet is told once: trying again shows whose it is. Each try takes one away.
      constexpr int kTries = 8;
      if (may_be_of_another(error) && ++refusals < kTries) continue;
      return {done + in_batch, SendStop::kRefused, error};
    }
    done += batch.size();
  }
  return {done, SendStop::kNone, 0};
}

void IcmpSocket::Receive(const std::function<void(const Reply&)>& take_reply,
                         const std::function<void(const Complaint&)>& take_complaint) {
  // Bounded, so that a flood of foreign packets cannot keep us here for ever; what is left wakes us again at once.
  constexpr int kMostBatches = 1024;
  for (int i = 0; i < kMostBatches; ++i) {
    buffers_->Prepare();
    const int n = recvmmsg(fd_, buffers_->messages.data(), kReceiveBatch, MSG_DONTWAIT, nullptr);
    if (n < 0) {
      const int error = errno;
      if (error == EINTR) continue;
      if (error == EAGAIN) break;
      // The pending error of an earlier packet: its story is in the error queue.
      ReceiveComplaints(take_complaint);
      continue;
    }
    const int64_t now = Nanoseconds(CLOCK_REALTIME);
    for (size_t k = 0; k < static_cast<size_t>(n); ++k) {
      const auto reply = six_ ? ParseReply6(buffers_->Packet(k)) : ParseReply4(buffers_->Packet(k), raw_);
      if (!reply || (raw_ && reply->id != id_)) continue;
      int64_t received = now;
      msghdr& header = buffers_->messages[k].msg_hdr;
      for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec stamp{};
        std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
        received = stamp.tv_sec * 1000000000LL + stamp.tv_nsec;
      }
      take_reply({buffers_->From(k), reply->sequence, reply->token, received});
    }
    if (static_cast<size_t>(n) < kReceiveBatch) break;
  }
  ReceiveComplaints(take_complaint);
}

void IcmpSocket::ReceiveComplaints(const std::function<void(const Complaint&)>& take) {
  for (;;) {
    buffers_->Prepare();
    const int n = recvmmsg(fd_, buffers_->messages.data(), kReceiveBatch, MSG_DONTWAIT | MSG_ERRQUEUE, nullptr);
    if (n <= 0) return;
    for (size_t k = 0; k < static_cast<size_t>(n); ++k) {
      const auto request = ParseRequest(six_, buffers_->Packet(k));
      if (!request || (raw_ && request->id != id_)) continue;
      msghdr& header = buffers_->messages[k].msg_hdr;
      for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        const bool is_error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
                              (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
        if (!is_error) continue;
        sock_extended_err error{};
        std::memcpy(&error, CMSG_DATA(c), sizeof error);
        if (error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6)
          take({buffers_->From(k), request->sequence, ComplaintOf(six_, error.ee_type, error.ee_code)});
      }
    }
  }
}

}  // namespace linewatch
