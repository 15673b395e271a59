// Ping: echo requests to all hosts at once until each has answered or its time is up.
#ifndef LINEWATCH_MONITORD_PROBE_PING_ICMP_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_PING_ICMP_PROBER_H_

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitord/probe/look_ups.h"
#include "monitord/probe/ping/departures.h"
#include "monitord/probe/ping/echo_nonces.h"
#include "monitord/probe/ping/icmp_socket.h"
#include "monitord/probe/ping/pacing.h"
#include "monitord/probe/prober.h"
#include "monitord/probe/timers.h"
#include "monitord/system/suspend_watch.h"

namespace linewatch {

class IcmpProber : public Prober {
 public:
  // Throws std::system_error when IPv4 sockets may not be opened. Without IPv6, checks by it fail and say so.
  explicit IcmpProber(Done done);

  void Start(std::span<const Check> checks, SteadyTime now) override;
  void AddWaits(std::vector<pollfd>& waits) const override;
  SteadyTime wake_at() const override;
  void Work(SteadyTime now) override;

 private:
  // One check under way. Its place in flights_ is the sequence number of its echo requests and its number in timers_,
  // its serial tells it from those that had the place before. There may be ten thousand: what is rare is not in here.
  struct Flight {
    Check check{};
    SteadyTime start{};
    uint32_t serial = 0;
    uint32_t answered = 0;  // a bit for each attempt
    float rtt_sum = 0, rtt_last = 0, jitter_sum = 0;
    Departures::Place departed = Departures::kNone;  // the last request; the others are behind it
    uint16_t refusal = 0;                            // the last error of this machine
    uint8_t icmp_type = 0, icmp_code = 0;
    uint8_t sent = 0;     // attempts; the first `packets` belong to the check, the others are repeats
    uint8_t repeats = 0;  // at most; each address of a name has one attempt at least
    bool is_active : 1 = false;
    bool is_named : 1 = false;       // its address is in resolved_, or not known yet
    bool is_disputed : 1 = false;    // an ICMP error came, and says icmp_type and icmp_code
    bool has_left : 1 = false;       // a request was sent
    bool was_late : 1 = false;       // something was done too late for the want of an answer to mean anything
    bool lacks_look_up : 1 = false;  // nobody was asked for its name, or too late
    bool has_stranger : 1 = false;   // somebody else answered for it: strangers_
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
    // One is enough, until neighbours that do not answer ARP keep so many packets waiting in the kernel, for up to
    // three seconds, that its send buffer is full: others must not wait for them.
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
  void VoidUnsent(const Check& check, SteadyTime now);
  void Enqueue(uint16_t place, SteadyTime now);
  void Free(uint16_t place);
  void FindAddress(uint16_t place, SteadyTime now);
  void TakeLookUps(SteadyTime now);
  void Begin(uint16_t place, SteadyTime now);
  void WakeUp(uint16_t place, SteadyTime now);
  static bool wants_another(const Flight& flight);
  // Without an answer.
  static size_t MostAttemptsOf(const Flight& flight) { return size_t{flight.check.target->packets} + flight.repeats; }
  static SteadyTime DeadlineOf(const Flight& flight) { return flight.start + flight.check.target->timeout; }
  static SteadyTime NextAttemptOf(const Flight& flight);
  Address AddressOf(uint16_t place, size_t attempt) const;
  bool has_several_addresses(uint16_t place) const;
  bool is_to(uint16_t place, const Address& address) const;
  SteadyTime NextSend(const Family& family) const;
  void SendQueued(bool six, SteadyTime now);
  void TakeBatch(Family& family, SteadyTime now, size_t most, Batch& batch);
  SteadyTime SendBatch(bool six, Batch& batch, SteadyTime now);
  Lane* FreeLane(bool six, SteadyTime now);
  void CountAttempt(const Attempt& attempt, const ClockReading& sent, float after_ns, SteadyTime now);
  void OpenSocket(bool six);
  void Receive();
  void TakeReply(bool six, const IcmpSocket::Reply& reply);
  void NoteStranger(uint16_t place, const Address& stranger);
  void TakeComplaint(bool six, const IcmpSocket::Complaint& complaint);
  void LookForVoidReasons(SteadyTime now);
  VoidReason VoidReasonOf(const Flight& flight, const Address& address) const;
  std::string ReasonOf(uint16_t place, const Address& address) const;
  void Finish(uint16_t place, std::string reason = "");
  void DescribeAnswer(uint16_t place);
  Flight* Active(uint16_t place, uint32_t serial);

  const Done done_;
  const EchoNonces nonces_;
  LookUps look_ups_;
  Family families_[2];  // IPv4, IPv6
  std::vector<Flight> flights_;
  std::vector<uint16_t> free_;
  Timers timers_;
  Departures departures_;
  size_t most_departures_ = 0;                        // of the flights under way
  std::unordered_map<uint16_t, Addresses> resolved_;  // of flights to a name, once they have found its addresses
  std::unordered_map<uint16_t, Address> strangers_;   // of flights that somebody else answers for
  uint32_t next_serial_ = 1;
  SuspendWatch suspend_watch_;
  SteadyTime looked_at_{};  // when LookForVoidReasons last did
  SteadyTime slept_at_{};   // when it was last noticed that the machine had slept
};

}  // namespace linewatch

#endif
