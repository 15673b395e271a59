// What a kind of check is to the thread that makes the checks: it starts those that are due, works on them when it is
// woken, and hands back each one once, with its result.
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
#include "monitord/probe/void_reason.h"
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
  Address address;                              // set when it is known,
  BoxedOptional<std::string> name;              // else a domain name; a check that waits to be called has neither
  BoxedOptional<CheckSettings> check_settings;  // as Host has it
  BoxedOptional<HostSecrets> secrets;

  // Of which family its address must be, for a name: AF_INET or AF_INET6, or AF_UNSPEC.
  int family() const {
    if (!check_settings || !check_settings->ip_version) return AF_UNSPEC;
    return *check_settings->ip_version == 6 ? AF_INET6 : AF_INET;
  }

  bool operator==(const Target&) const = default;
};

struct CheckResult {
  SteadyTime sent{};  // when its first request was due
  RareText reason;    // why not ok, a short sentence; not needed when it is void
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
  // Called once for every check that was started, with its result filled in, at the latest when its timeout has passed
  // since its first request. Where many checks are started at once, the first request of some is sent a while after
  // the start, for the replies to all would not fit into the kernel's buffer. Throws nothing.
  using Done = std::function<void(const Check&)>;

  virtual ~Prober() = default;

  // Starts all of them together, so that fifty dead hosts cost one timeout, not fifty. Never blocks. A batch may be
  // started in portions, by calls with the same `now`. If it throws, it has started none of `checks`.
  virtual void Start(std::span<const Check> checks, SteadyTime now) = 0;

  // Adds the descriptors to wait for, before each wait: Work has something to do when one of them is ready. (An epoll
  // instance would keep them from wait to wait, but cost one more call for each reply, a twentieth of a whole check.)
  virtual void AddWaits(std::vector<pollfd>& waits) const = 0;
  // Work is to be called at this time at the latest, whether a descriptor is ready or not.
  virtual SteadyTime wake_at() const = 0;
  // Takes what has come, sends what is due, ends what is over. Never blocks.
  virtual void Work(SteadyTime now) = 0;
};

}  // namespace linewatch

#endif
