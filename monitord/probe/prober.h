// What a kind of check is to the thread that makes the checks: it starts some, works when it is time to, and hands back each once.
#ifndef LINEWATCH_MONITORD_PROBE_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_PROBER_H_

#include <poll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitord/net/address.h"
#include "monitord/probe/round_trip.h"
#include "monitord/system/steady_time.h"
#include "store/host.h"
#include "store/secrets.h"
#include "store/value/rare_text.h"
#include "store/value/small_optional.h"

namespace linewatch {

// What probing must know of a host. There may be ten thousand of them.
struct Target {
  std::string id;
  CheckKind kind = CheckKind::kPing;
  uint8_t retries = 0;
  uint8_t packets = 1;
  std::chrono::duration<int32_t, std::milli> interval{0}, timeout{0};
  Address address;                  // set when it is known,
  BoxedOptional<std::string> name;  // else a domain name; neither for a check that goes to no host of its own
  BoxedOptional<CheckSettings> check_settings;  // set but for ping
  BoxedOptional<HostSecrets> secrets;

  bool operator==(const Target&) const = default;
};

// Why a check without an answer is void: it was not made as it should have been, and says nothing about the host.
enum class VoidReason : uint8_t {
  kNone,
  kNotSent,   // the kernel took nothing: its buffers are full, or its table of neighbours is
  kLate,      // this process slept or did not get the processor when it was time to repeat
  kDropped,   // the kernel had no room for replies
  kCrowded,   // too many other checks were under way: it could not be started in time
  kNoSecret,  // a password, a header or a certificate that belongs to it is not known
  kNoLookUp,  // nobody was asked for its name, or too late: too many other names were being looked up
};
inline constexpr size_t kVoidReasons = 7;

struct CheckResult {
  SteadyTime sent{};  // when its first request was due
  RareText reason;    // why not ok, a short sentence
  BoxedOptional<CheckDetails> details;
  PackedOptional<float> rtt_ms, loss_percent, jitter_ms;  // of what was answered
  VoidReason void_reason = VoidReason::kNone;
  // Bits, for the room of a cycle of ten thousand.
  bool ok : 1 = false;
  bool is_open : 1 = false;       // too early to tell: the status goes on
  bool refused_here : 1 = false;  // not ok, because this machine has no way to send there
  bool has_left : 1 = false;      // a packet was sent to another machine

  // Whether it says something about the host.
  bool is_measured() const { return void_reason == VoidReason::kNone && !is_open; }
};

// One check that is due. The targets, the round trip and the result outlive it.
struct Check {
  const Target* target;
  RoundTrip* round_trip;  // of this host, updated by the check
  CheckResult* result;
  uint32_t batch;  // the starter's own
};

class Prober {
 public:
  // Called once for every check that was started, with its result filled in, no later than its timeout after its first
  // request; with many checks and little room for replies that is sent later than the start. Throws nothing.
  using Done = std::function<void(const Check&)>;

  virtual ~Prober() = default;

  // All at once: fifty dead hosts cost one timeout, not fifty. Never blocks. A batch may be started in portions, by
  // calls with the same `now`. What it throws it throws before it has taken any of them.
  virtual void Start(std::span<const Check> checks, SteadyTime now) = 0;

  // Adds what to poll for: Work has something to do when one of these is ready. Asked for before each wait. (A set that
  // stands, as epoll has it, would cost a call for each reply, a twentieth of a check.)
  virtual void AddWaits(std::vector<pollfd>& waits) const = 0;
  // Work must be called no later than this.
  virtual SteadyTime wake_at() const = 0;
  virtual void Work(SteadyTime now) = 0;
};

}  // namespace linewatch

#endif
