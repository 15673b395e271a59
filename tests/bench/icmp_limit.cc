// The limit: how cheaply one thread pings many IPv4 addresses once each. A yardstick, without names, repeats or rules.
//   icmp_limit [--ping-socket] [--stamps] [--timeout MILLISECONDS] FILE
// FILE has an address a line. A raw socket with a filter is used unless a ping socket is asked for. Ends when all have
// answered, or the timeout after the last request, and prints an object of JSON. Round trips are those between sending
// and receiving a batch, or, with stamps, between the kernel's stamp on the request and its stamp on the reply: what
// the way itself took.
#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "monitord/probe/ping/reply_filter.h"

namespace {

constexpr size_t kBatch = 64;
constexpr size_t kEchoSize = 64;  // header and 56 bytes, as ping sends

struct Options {
  bool ping_socket = false, stamps = false;
  int64_t timeout_ms = 1000;
  const char* file = nullptr;
};

struct Probe {
  in_addr_t to;
  int64_t sent_ns = 0, received_ns = 0;
};

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * 1000000000LL + time.tv_nsec; }

int64_t Now(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return Nanoseconds(now);
}

int Checked(int result, const char* action) {
  if (result < 0) throw std::system_error(errno, std::system_category(), action);
  return result;
}

uint16_t Checksum(const void* data, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i += 2) {
    uint16_t word = 0;
    std::memcpy(&word, static_cast<const char*>(data) + i, sizeof word);
    sum += word;
  }
  sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<uint16_t>(~(sum + (sum >> 16)));
}

// Buffers of one batch of messages, in either direction.
struct Batch {
  std::array<std::array<char, 256>, kBatch> packets;
  std::array<sockaddr_in, kBatch> addresses;
  alignas(cmsghdr) std::array<std::array<char, 256>, kBatch> control;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> messages;

  void Prepare(size_t packet_size, size_t control_size) {
    for (size_t i = 0; i < kBatch; ++i) {
      parts[i] = {packets[i].data(), packet_size};
      messages[i].msg_hdr = {&addresses[i], sizeof addresses[i], &parts[i], 1, control[i].data(), control_size, 0};
    }
  }
};

class Limit {
 public:
  Limit(const Options& options, const std::vector<in_addr_t>& addresses);
  ~Limit() { close(fd_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  void Run();
  void Print();

 private:
  void Send(size_t first);
  void Receive();
  void TakeReply(size_t i, int64_t now);
  void TakeSendStamps();

  const Options options_;
  const uint16_t id_ = static_cast<uint16_t>(getpid());
  int fd_ = -1;
  std::vector<Probe> probes_;
  size_t answered_ = 0, refused_ = 0;
  double seconds_ = 0, cpu_seconds_ = 0;
  Batch out_{}, in_{};
};

Limit::Limit(const Options& options, const std::vector<in_addr_t>& addresses) : options_(options) {
  for (const in_addr_t address : addresses) probes_.push_back({address});
  fd_ = Checked(socket(AF_INET, options_.ping_socket ? SOCK_DGRAM : SOCK_RAW, IPPROTO_ICMP), "open a socket");
  constexpr int kRoomForAll = 64 << 20;
  Checked(setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kRoomForAll, sizeof kRoomForAll), "set the receive buffer");
  if (!options_.ping_socket) Checked(linewatch::PassRepliesOnly(fd_, false, id_), "attach a filter");
  if (options_.stamps) {
    constexpr unsigned kStamps = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
                                 SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    Checked(setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPING, &kStamps, sizeof kStamps), "ask for stamps");
  }
  out_.Prepare(kEchoSize, 0);
}

void Limit::Run() {
  const int64_t start = Now(CLOCK_MONOTONIC), cpu_start = Now(CLOCK_PROCESS_CPUTIME_ID);
  for (size_t first = 0; first < probes_.size(); first += kBatch) {
    Send(first);
    Receive();
  }
  const int64_t deadline = Now(CLOCK_MONOTONIC) + options_.timeout_ms * 1000000;
  for (int64_t now = 0; answered_ < probes_.size() && (now = Now(CLOCK_MONOTONIC)) < deadline; Receive()) {
    pollfd ready{fd_, POLLIN, 0};
    const int64_t left = deadline - now;
    const timespec wait{left / 1000000000, left % 1000000000};
    ppoll(&ready, 1, &wait, nullptr);
  }
  seconds_ = static_cast<double>(Now(CLOCK_MONOTONIC) - start) / 1e9;
  cpu_seconds_ = static_cast<double>(Now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start) / 1e9;
}

// The place of a probe travels in its request, behind the header.
void Limit::Send(size_t first) {
  const size_t size = std::min(kBatch, probes_.size() - first);
  const int64_t now = Now(CLOCK_REALTIME);
  for (size_t i = 0; i < size; ++i) {
    const auto place = static_cast<uint32_t>(first + i);
    icmphdr header{};
    header.type = ICMP_ECHO;
    header.un.echo.id = htons(id_);
    header.un.echo.sequence = htons(static_cast<uint16_t>(place));
    char* packet = out_.packets[i].data();
    std::memcpy(packet, &header, sizeof header);
    std::memcpy(packet + sizeof header, &place, sizeof place);
    // On a ping socket the kernel does it.
    if (!options_.ping_socket) header.checksum = Checksum(packet, kEchoSize);
    std::memcpy(packet, &header, sizeof header);
    out_.addresses[i] = {AF_INET, 0, {probes_[place].to}, {}};
    probes_[place].sent_ns = now;
  }
  for (size_t done = 0; done < size;) {
    const int n = sendmmsg(fd_, out_.messages.data() + done, static_cast<unsigned>(size - done), 0);
    if (n < 0 && errno != ENOBUFS && errno != EAGAIN) ++refused_;
    if (n < 0 && (errno == ENOBUFS || errno == EAGAIN)) {
      Receive();
    } else {
      done += static_cast<size_t>(std::max(n, 1));
    }
  }
}

void Limit::Receive() {
  for (size_t n = kBatch; n == kBatch;) {
    in_.Prepare(in_.packets[0].size(), options_.stamps ? in_.control[0].size() : 0);
    const int got = recvmmsg(fd_, in_.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    n = static_cast<size_t>(std::max(got, 0));
    const int64_t now = Now(CLOCK_REALTIME);
    for (size_t i = 0; i < n; ++i) TakeReply(i, now);
  }
  if (options_.stamps) TakeSendStamps();
}

int64_t StampOf(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps{};
    std::memcpy(&stamps, CMSG_DATA(c), sizeof stamps);
    return stamps.ts[0].tv_sec * 1000000000LL + stamps.ts[0].tv_nsec;
  }
  return 0;
}

void Limit::TakeReply(size_t i, int64_t now) {
  const char* packet = in_.packets[i].data();
  size_t size = in_.messages[i].msg_len;
  if (!options_.ping_socket) {
    const size_t ip_header = static_cast<size_t>(packet[0] & 0xf) * 4;
    if (size < ip_header) return;
    packet += ip_header;
    size -= ip_header;
  }
  if (size != kEchoSize || packet[0] != ICMP_ECHOREPLY) return;
  uint32_t place = 0;
  std::memcpy(&place, packet + sizeof(icmphdr), sizeof place);
  if (place >= probes_.size() || probes_[place].to != in_.addresses[i].sin_addr.s_addr) return;
  Probe& probe = probes_[place];
  if (probe.received_ns != 0) return;
  probe.received_ns = options_.stamps ? StampOf(in_.messages[i].msg_hdr) : now;
  ++answered_;
}

// They come back on the error queue, each with the number of its request, which is the probe's place.
void Limit::TakeSendStamps() {
  for (size_t n = kBatch; n == kBatch;) {
    in_.Prepare(in_.packets[0].size(), in_.control[0].size());
    const int got = recvmmsg(fd_, in_.messages.data(), kBatch, MSG_DONTWAIT | MSG_ERRQUEUE, nullptr);
    n = static_cast<size_t>(std::max(got, 0));
    for (size_t i = 0; i < n; ++i) {
      msghdr& header = in_.messages[i].msg_hdr;
      const int64_t stamp = StampOf(header);
      for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        sock_extended_err about{};
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR) continue;
        std::memcpy(&about, CMSG_DATA(c), sizeof about);
        if (about.ee_origin == SO_EE_ORIGIN_TIMESTAMPING && about.ee_data < probes_.size())
          probes_[about.ee_data].sent_ns = stamp;
      }
    }
  }
}

void Limit::Print() {
  std::vector<int64_t> round_trips;
  for (const Probe& probe : probes_)
    if (probe.received_ns != 0) round_trips.push_back(probe.received_ns - probe.sent_ns);
  std::sort(round_trips.begin(), round_trips.end());
  const auto percentile = [&](size_t percent) {
    return round_trips.empty() ? 0.0 : static_cast<double>(round_trips[(round_trips.size() - 1) * percent / 100]) / 1e3;
  };
  std::printf(
      "{\"sent\":%zu,\"refused\":%zu,\"answered\":%zu,\"seconds\":%.6f,\"cpu_seconds\":%.6f,"
      "\"p50_us\":%.1f,\"p99_us\":%.1f}\n",
      probes_.size(), refused_, answered_, seconds_, cpu_seconds_, percentile(50), percentile(99));
}

std::vector<in_addr_t> AddressesIn(const char* file) {
  std::ifstream lines(file);
  std::vector<in_addr_t> addresses;
  for (std::string line; std::getline(lines, line);) {
    in_addr address{};
    if (inet_pton(AF_INET, line.c_str(), &address) != 1) throw std::runtime_error(line + " is no IPv4 address");
    addresses.push_back(address.s_addr);
  }
  return addresses;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--ping-socket") {
      options.ping_socket = true;
    } else if (word == "--stamps") {
      options.stamps = true;
    } else if (word == "--timeout" && i + 1 < argc) {
      options.timeout_ms = std::atoll(argv[++i]);
    } else {
      options.file = argv[i];
    }
  }
  if (options.file == nullptr) return 2;
  try {
    Limit limit(options, AddressesIn(options.file));
    limit.Run();
    limit.Print();
  } catch (const std::exception& error) {
    std::cerr << "icmp_limit: " << error.what() << '\n';
    return 1;
  }
}
