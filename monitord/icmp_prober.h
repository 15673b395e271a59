// Ping: echo requests to all targets at once until each has answered or its time is up.
#ifndef LINEWATCH_MONITORD_ICMP_PROBER_H_
#define LINEWATCH_MONITORD_ICMP_PROBER_H_

#include <array>
#include <deque>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "monitord/icmp_socket.h"
#include "monitord/pacing.h"
#include "monitord/prober.h"
#include "monitord/resolver.h"
#include "monitord/suspend_watch.h"

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
    SteadyTime start{}, deadline{};
    uint32_t serial = 0;
    uint32_t answered = 0;  // a bit for each attempt
    int sent = 0;           // attempts; the first `packets` belong to the check, the others are repeats
    float rtt_sum = 0, rtt_last = 0, jitter_sum = 0;
    std::string complaint;  // the last ICMP error or local refusal
    bool is_active = false;
    bool has_left = false;     // a request was sent
    bool was_late = false;     // something was done too late for the want of an answer to mean anything
    bool was_refused = false;  // by this machine
  };
  struct Alarm {
    SteadyTime at;
    uint16_t flight;
    uint32_t serial;
    bool operator>(const Alarm& other) const { return at > other.at; }
  };
  // One echo request that is to be sent.
  struct Attempt {
    SteadyTime due;
    uint16_t flight;
    uint32_t serial;
  };
  struct Lane {
    std::unique_ptr<IcmpSocket> socket;
    SteadyTime full_until{};
  };
  struct Batch {
    std::array<IcmpSocket::Outgoing, IcmpSocket::kBatch> requests;
    std::array<Attempt, IcmpSocket::kBatch> attempts;
    size_t size = 0;
    bool is_second_try = false;  // of those that were turned away
  };
  // All of one address family.
  struct Family {
    // One is enough, until neighbours that do not answer ARP keep so many packets waiting in the kernel, for up to three
    // seconds, that its send buffer is full: others must not wait for them.
    std::vector<Lane> lanes;
    std::string missing;  // why there is no lane
    Pacing pacing{0};
    std::deque<uint16_t> to_begin;  // checks whose time begins with their first request
    std::deque<Attempt> to_send;    // requests of those that have begun
    SteadyTime blocked_until{};     // no lane takes any
    // Requests that were not taken while others were: their own interface or neighbour is in the way.
    std::deque<Attempt> turned_away;
    SteadyTime try_again_at{};
    SteadyTime dropped_at{};  // when it was last noticed that replies were dropped
  };

  void Launch(const Check& check, SteadyTime now);
  void FindAddress(uint16_t place, SteadyTime now);
  void Begin(uint16_t place, SteadyTime now);
  void HandleAlarm(const Alarm& alarm, SteadyTime now);
  static bool wants_another(const Flight& flight);
  SteadyTime NextSend(const Family& family) const;
  void SendQueued(bool six, SteadyTime now);
  void TakeBatch(Family& family, SteadyTime now, Batch& batch);
  SteadyTime SendBatch(bool six, Batch& batch);
  Lane* FreeLane(bool six, SteadyTime now);
  void CountAttempt(const Attempt& attempt, bool has_left, SteadyTime now);
  void Refuse(uint16_t place, std::string why);
  void OpenSocket(bool six);
  void Watch(int fd) const;
  void Receive();
  void TakeReply(bool six, const IcmpSocket::Reply& reply);
  void TakeComplaint(const IcmpSocket::Complaint& complaint);
  void LookForFlaws(SteadyTime now);
  Flaw FlawOf(const Flight& flight) const;
  void Finish(uint16_t place);
  Flight* Active(uint16_t place, uint32_t serial);

  const Done done_;
  const uint64_t nonce_;
  int epoll_;
  Resolver resolver_;
  Family families_[2];  // IPv4, IPv6
  std::vector<Flight> flights_;
  std::vector<uint16_t> free_;
  std::vector<uint16_t> unresolved_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  uint32_t next_serial_ = 1;
  SuspendWatch suspend_watch_;
  SteadyTime looked_at_{}, slept_at_{};  // for flaws; when it was last noticed that the machine had slept
};

}  // namespace linewatch

#endif
