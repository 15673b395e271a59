// Which packets a raw ICMP socket is given. Without a filter it gets a copy of every ICMP packet that the machine gets.
#ifndef LINEWATCH_MONITORD_PROBE_PING_REPLY_FILTER_H_
#define LINEWATCH_MONITORD_PROBE_PING_REPLY_FILTER_H_

#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace linewatch {

// Echo replies that carry `id`, no others. It costs nothing in the program: the kernel drops the rest before they take
// room in the receive buffer. Answers as setsockopt(2) does.
inline int PassRepliesOnly(int fd, bool six, uint16_t id) {
  const uint32_t type = six ? 129 : 0;  // an echo reply: RFC 4443, RFC 792
  std::array<sock_filter, 7> filter = {{
      {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},  // X = length of the IPv4 header, which the program sees
      {BPF_LD | BPF_B | BPF_IND, 0, 0, 0},   // A = ICMP type
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, type},
      {BPF_LD | BPF_H | BPF_IND, 0, 0, 4},  // A = id
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, id},
      {BPF_RET | BPF_K, 0, 0, 0xffff},
      {BPF_RET | BPF_K, 0, 0, 0},
  }};
  if (six) filter[0] = {BPF_LDX | BPF_W | BPF_IMM, 0, 0, 0};  // X = 0, for it does not see that of IPv6
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

}  // namespace linewatch

#endif
