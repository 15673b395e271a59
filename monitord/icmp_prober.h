// Ping: echo requests to all targets at once until each has answered or its time is up.
#ifndef LINEWATCH_MONITORD_ICMP_PROBER_H_
#define LINEWATCH_MONITORD_ICMP_PROBER_H_

#include <deque>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "monitord/icmp_socket.h"
#include "monitord/prober.h"
#include "monitord/resolver.h"

namespace linewatch {

class IcmpProber : public Prober {
 public:
  // Throws std::system_error when IPv4 sockets may not be opened. Without IPv6, checks of IPv6 addresses fail and say so.
  explicit IcmpProber(Done done);
  ~IcmpProber() override;

  void Start(std::span<const Check> checks, SteadyTime now) override;
  int fd() const override { return epoll_; }
  SteadyTime wake_at() const override;
  void Work(SteadyTime now) override;

 private:
  // One check under way. Its place in flights_ is the sequence number of its echo requests, its serial tells it from
  // those that had the place before.
  struct Flight {
    Check check{};
    Address address;  // not set while the name is being resolved
    SteadyTime start, deadline;
    uint32_t serial = 0;
    uint32_t answered = 0;  // a bit for each attempt
    int sent = 0;           // attempts; the first `packets` belong to the check, the others are repeats
    float rtt_sum = 0, rtt_last = 0, jitter_sum = 0;
    std::string complaint;     // the last ICMP error or local refusal
    bool was_refused = false;  // by this machine
    bool is_active = false;
  };
  struct Alarm {
    SteadyTime at;
    uint16_t flight;
    uint32_t serial;
    bool operator>(const Alarm& other) const { return at > other.at; }
  };
  struct Attempt {
    uint16_t flight;
    uint32_t serial;
  };

  void Launch(const Check& check, SteadyTime now);
  void FindAddress(uint16_t place, SteadyTime now);
  void HandleAlarm(const Alarm& alarm, SteadyTime now);
  void SetAlarm(uint16_t place);
  void SendQueued(bool six, SteadyTime now);
  size_t SendSome(bool six, std::span<IcmpSocket::Outgoing> batch, SteadyTime now);
  void OpenSocket(bool six);
  void Watch(int fd) const;
  void Receive();
  void TakeReply(bool six, const IcmpSocket::Reply& reply);
  void TakeComplaint(const IcmpSocket::Complaint& complaint);
  void Finish(uint16_t place);
  Flight* Active(uint16_t place, uint32_t serial);

  const Done done_;
  const uint64_t nonce_;
  int epoll_;
  Resolver resolver_;
  // By family, IPv4 first. One is enough, until neighbours that do not answer ARP keep so many packets waiting in the
  // kernel, for up to three seconds, that its send buffer is full: others must not wait for them.
  struct Lane {
    std::unique_ptr<IcmpSocket> socket;
    SteadyTime full_until{};
  };
  std::vector<Lane> lanes_[2];
  std::string no_six_;  // why there is no socket for IPv6
  std::vector<Flight> flights_;
  std::vector<uint16_t> free_;
  std::vector<uint16_t> unresolved_;
  std::deque<Attempt> queued_[2];  // to be sent, by family: IPv4, IPv6
  SteadyTime pause_until_{};       // the kernel took no more
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  uint32_t next_serial_ = 1;
};

}  // namespace linewatch

#endif
