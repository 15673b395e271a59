// One watched host: what people set and what monitord saw of it.
#ifndef LINEWATCH_STORE_HOST_H_
#define LINEWATCH_STORE_HOST_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/check_kind.h"
#include "store/check_settings.h"
#include "store/timeline.h"
#include "store/trail.h"
#include "store/value/rare_text.h"
#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

enum class Status : uint8_t {
  kPending,      // not checked yet
  kUp,           // the last check succeeded, within its limits
  kDegraded,     // it succeeded, but beyond a limit in three checks in a row
  kFailing,      // failed checks in a row, fewer than the threshold
  kDown,         // the threshold of failed checks in a row is reached
  kUnreachable,  // it fails, and so do all of its parents
  kUnknown,      // monitord could not tell
  kPaused,       // not enabled
};
inline constexpr std::array<std::string_view, 8> kStatusNames = {"pending", "up",          "degraded", "failing",
                                                                 "down",    "unreachable", "unknown",  "paused"};
inline std::string_view NameOf(Status status) { return kStatusNames[static_cast<size_t>(status)]; }

// What time in a status counts as.
TimeKind TimeKindOf(Status status, bool in_maintenance);
inline bool is_answering(Status status) { return status == Status::kUp || status == Status::kDegraded; }
inline bool is_failing(Status status) { return status == Status::kFailing || status == Status::kDown; }
// Whether monitord knows how the host is: not while it is paused, unreachable, unknown or not checked yet.
inline bool is_known(Status status) { return is_answering(status) || is_failing(status); }

// When nobody is to be woken: once, or every week.
struct MaintenanceWindow {
  struct Once {
    WallTime from, to;
  };
  struct Weekly {
    std::vector<int> days;  // 1 Monday to 7 Sunday, on which the window opens
    int from, to;           // minutes after midnight in config's timezone; to <= from ends on the next day
  };
  std::optional<Once> once;  // exactly one of the two
  std::optional<Weekly> weekly;
  std::string note;
};

// Somebody knows and works on it: no repeats until the outage or degradation ends in which it was written. monitord
// takes it away then.
struct Acknowledgement {
  std::string by;
  WallTime at;
  std::string note;
};

// What monitord observes, as hosts.json shows it. Only monitord writes it; an API request that names one of these
// fields is not refused, so that what was read can be sent back, but the field is ignored.
struct Observation {
  Status status = Status::kPending;
  std::optional<bool> status_current;  // did the last check succeed; frozen while paused, blind or voided
  int fail_count = 0;                  // failed checks in a row
  WallTime fail_since = kNever;        // when the first of them was sent
  WallTime last_check = kNever;
  WallTime last_good = kNever;
  WallTime last_change = kNever;  // of status
  WallTime last_alert_time = kNever;
  RareText reason;  // why the status is what it is, a short sentence; empty when all is well
  PackedOptional<float> rtt_ms, loss_percent, jitter_ms;
  PackedOptional<float> uptime;  // percent of the last 24 h, or since the first check
  Trail trail;
  bool in_maintenance = false;
  // Of a certificate that ends soon: the day of warning for which people were notified last.
  WallTime cert_warned = kNever;
  BoxedOptional<CheckDetails> details;  // of a check other than ping, or of a host with a name
};

// Hands to `shift` each time of it that was read from the clock and goes with it when that is set. (cert_warned does
// not: it follows from the certificate.) All members are named here: a new one compiles only when somebody has decided
// whether it is such a time.
template <class Shift>
void ForEachClockTime(Observation& seen, Shift&& shift) {
  auto& [status, status_current, fail_count, fail_since, last_check, last_good, last_change, last_alert_time, reason,
         rtt_ms, loss_percent, jitter_ms, uptime, trail, in_maintenance, cert_warned, details] = seen;
  for (WallTime* t : {&fail_since, &last_check, &last_good, &last_change, &last_alert_time}) shift(*t);
}

// Every byte counts ten thousand times: `packets` stands where there is room for it, and what is hardly ever set is
// small while it is not.
struct Host {
  // Settings. The API and people write them; monitord never does. What may stand in them: store/host_check.h.
  std::string id;        // 1 to 32 of a-z0-9, never reused
  int64_t revision = 1;  // counts changes of this host's settings
  std::string name;
  std::string ip;  // IPv4, IPv6 or domain name; may be empty where the check needs none
  CheckKind check = CheckKind::kPing;
  bool enabled = true;
  int packets = 1;  // echo requests a check
  std::string group, customer;
  RareText notes;
  std::vector<std::string> tags;
  std::vector<std::string> parents;  // ids of other hosts: the way to this one leads through them

  // Unset: config.json's value counts.
  PackedOptional<std::chrono::milliseconds> interval, timeout;
  PackedOptional<int> retries, fail_threshold;

  PackedOptional<double> slow_ms, max_loss_percent, max_jitter_ms;  // beyond it the host is degraded
  PackedOptional<double> sla_percent;
  std::vector<MaintenanceWindow> maintenance;
  BoxedOptional<Acknowledgement> acknowledged;
  BoxedOptional<CheckSettings> check_settings;  // set but for ping, which has them for ip_version alone

  Observation seen;

  // Members of hosts.json that this version does not know, as `,"name":value` one after the other: kept as they are.
  BoxedOptional<std::string> unknown_members;
};

// The same of a host. Its settings hold times that people have named; of those only an acknowledgement's was read from
// the clock.
template <class Shift>
void ForEachClockTime(Host& host, Shift&& shift) {
  ForEachClockTime(host.seen, shift);
  if (host.acknowledged) shift(host.acknowledged->at);
}

// Two hosts with equal targets are watched by the same check of the same thing: "2001:DB8::1" is "2001:db8:0::1".
// Whoever waits for heartbeats is its own target.
std::string TargetOf(const Host& host);

// The port in force for a check of one: its own, or the one by which its kind goes.
int PortOf(CheckKind check, const CheckSettings& service);

// What people call the thing that is watched, beside its name: its address, else its URL or topic; empty for
// heartbeats.
const std::string& AddressText(const Host& host);

// Ten random characters of a-z0-9: 51 bits, so that an id is not given twice in the life of an installation.
std::string NewHostId();
// Whether it could be one, or one that somebody has chosen.
bool is_host_id(std::string_view text);

}  // namespace linewatch

#endif
