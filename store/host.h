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
#include "store/service.h"
#include "store/timeline.h"
#include "store/trail.h"
#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

enum class Status : uint8_t {
  kPending,      // not checked yet
  kUp,           // the last check succeeded, within its limits
  kDegraded,     // it succeeded, but beyond a limit in three checks in a row
  kFailing,      // failed checks in a row, fewer than the threshold
  kDown,         // the threshold of failed checks in a row is reached
  kUnreachable,  // it fails, and so does everything it is reached through
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
// Of one that is paused, cut off or not measured nobody knows how it is.
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

// Somebody knows and works on it: no repeats until the trouble ends in which it was written. monitord takes it away
// then.
struct Acknowledgement {
  std::string by;
  WallTime at;
  std::string note;
};

// What was told of a host, and what is held back.
struct AlertState {
  WallTime told_outage = kNever;       // the beginning of the outage that was told and whose end was not
  WallTime told_degraded = kNever;     // the same of a degradation
  WallTime told_at = kNever;           // when anything was told last
  WallTime degraded_told_at = kNever;  // when it was last told as degraded
  WallTime degraded_since = kNever;    // of the degradation as of the last look, told or not
  WallTime told_certificate = kNever;  // as Observation::cert_warned, told or about to be; until the end is told
  WallTime past_certificate = kNever;  // the same, of the certificate before
  WallTime told_expires = kNever;      // when the certificate that was told ends, if this run knows
  std::vector<WallTime> outages;       // when the last few were opened
  WallTime last_unrest = kNever;       // when an outage was last opened or ended
  bool is_open = false;                // an outage, as of the last look
  bool is_flapping = false;            // told as such: held until it is stable
  bool is_late = false;                // told_outage was to be told, and a run ended before it was
};

// Something that single checks to the contrary do not change: kDegradedChecks in a row do.
struct SteadyMark {
  bool is_on = false;
  uint8_t contrary = 0;  // checks in a row
};

// What was measured since the last step of history/ ended.
struct OpenStep {
  float rtt_min = 0, rtt_max = 0, rtt_sum = 0;  // milliseconds, of what was answered
  float loss_sum = 0;                           // percent, of all checks
  uint16_t answered = 0, checks = 0;
};

// What monitord observes. Only monitord writes it; an API request that names one of these fields is not refused, so
// that what was read can be sent back, but the field is ignored.
struct Observation {
  Status status = Status::kPending;
  std::optional<bool> status_current;  // did the last check succeed; frozen while paused, blind or voided
  int fail_count = 0;                  // failed checks in a row
  WallTime fail_since = kNever;        // when the first of them was sent
  WallTime last_check = kNever;
  WallTime last_good = kNever;
  WallTime last_change = kNever;  // of status
  WallTime last_alert_time = kNever;
  std::string reason;  // why the status is what it is, a short sentence; empty when all is well
  PackedOptional<float> rtt_ms, loss_percent, jitter_ms;
  PackedOptional<float> uptime;  // percent of the last 24 h, or since the first check
  Trail trail;
  bool in_maintenance = false;
  // The day of warning, of the certificate that is told to end soon, for which people were told last.
  WallTime cert_warned = kNever;
  BoxedOptional<ServiceDetails> details;  // of a check other than ping

  // Not in hosts.json.
  bool is_outage = false;  // the threshold was reached; until a good check
  // Either makes a host degraded, and failed checks between do not change it.
  SteadyMark beyond_limits, certificate_ending;
  uint8_t unmeasured = 0;         // void checks in a row
  int vouched_failures = 0;       // of fail_count: those after which something that it is reached through has answered
  WallTime doubt_since = kNever;  // the first failure after those
  // When the last check was sent that ended an outage or found all well: acknowledgements until then are over.
  WallTime settled = kNever;
  BoxedOptional<AlertState> alert;  // of a host that was in trouble
  OpenStep step;
  Timeline history;  // of the last day; a start computes it from the events
};

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
  std::string group, customer, notes;
  std::vector<std::string> tags;
  std::vector<std::string> parents;  // ids of what this host is reached through

  // Unset: config.json's value counts.
  PackedOptional<std::chrono::milliseconds> interval, timeout;
  PackedOptional<int> retries, fail_threshold;

  PackedOptional<double> slow_ms, max_loss_percent, max_jitter_ms;  // beyond it the host is degraded
  PackedOptional<double> sla_percent;
  std::vector<MaintenanceWindow> maintenance;
  BoxedOptional<Acknowledgement> acknowledged;
  BoxedOptional<Service> service;  // set but for ping

  Observation seen;

  // Members of hosts.json that this version does not know, as `,"name":value` one after the other: kept as they are.
  BoxedOptional<std::string> unknown_members;
};

// Two hosts with equal targets are watched by the same check of the same thing: "2001:DB8::1" is "2001:db8:0::1".
// Whoever waits for heartbeats is its own target.
std::string TargetOf(const Host& host);

// The port in force for a check of one: its own, or the one by which its kind goes.
int PortOf(CheckKind check, const Service& service);

// What people call the thing that is watched, beside its name: its address, else its URL or topic; empty for heartbeats.
const std::string& AddressText(const Host& host);

// Ten random characters of a-z0-9: 51 bits, so that an id is not given twice in the life of an installation.
std::string NewHostId();

}  // namespace linewatch

#endif
