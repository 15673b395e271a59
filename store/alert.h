// What people are notified of: an alert is about one host, or about monitord itself; a message holds those that fell
// due together.
#ifndef LINEWATCH_STORE_ALERT_H_
#define LINEWATCH_STORE_ALERT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/host.h"
#include "store/value/wall_time.h"

namespace linewatch {

enum class AlertKind : uint8_t {
  kDown,             // the threshold is reached, or the host is still down
  kRecovery,         // a host answers again, of whose outage people were notified
  kFlapping,         // too many outages: held from now on until it is stable
  kStable,           // and that it is
  kDegraded,         // it answers, but beyond its limits, or still does
  kDegradedOver,     // within its limits again
  kCertificate,      // the certificate expires in so many days, as the host's warn_days say
  kCertificateOver,  // and it was renewed
  kStillBlind,       // monitord has seen nothing for so long that people must know it while it lasts
  kBlind,            // monitord has seen nothing for a while, and sees again
  kUnwritable,       // monitord cannot write: it watches and notifies, but records nothing
  kWritable,         // and writes again
  kTest,             // somebody tries a channel
};
inline constexpr std::array<std::string_view, 13> kAlertKindNames = {
    "down",        "recovery", "flapping",   "stable",   "degraded", "degraded_over", "certificate", "certificate_over",
    "still_blind", "blind",    "unwritable", "writable", "test"};
inline std::string_view NameOf(AlertKind kind) { return kAlertKindNames[static_cast<size_t>(kind)]; }

// What an alert is about: a condition of a host or of monitord that begins, may be repeated while it lasts, and ends;
// or none.
enum class Condition : uint8_t { kOutage, kDegradation, kCertificate, kBlindness, kUnwritable, kNone };
struct AlertTraits {
  int gravity;             // 0 is the gravest
  std::string_view event;  // as programs outside know it: down, recovery, degraded, flapping, test, or blind for all
                           // that is amiss with monitord itself
  Condition condition;
  bool is_end;  // of the condition; else its beginning
};
const AlertTraits& TraitsOf(AlertKind kind);

// Whether an alert of kind `end` resolves one of kind `begin`. The end of an outage resolves a degradation before it,
// too.
bool does_end(AlertKind end, AlertKind begin);

// As it was when it fell due: what becomes of the host afterwards is another alert.
struct Alert {
  AlertKind kind = AlertKind::kDown;
  WallTime t = kNever;      // when it fell due
  WallTime since = kNever;  // when the condition began: the first failed check was sent, no uplink answered
  std::string host;         // id; it and what follows is empty when it is about no host
  std::string name;
  std::string ip;  // AddressText: a URL or a topic where that is what is watched
  std::string customer, group;
  Status status = Status::kDown;
  std::string reason;
  WallTime last_good = kNever;
  bool is_repeat = false;  // people were notified of it before
  bool is_late = false;    // its beginning could not be delivered before it was over
  std::string below;       // id of a host in the same message that is the root cause of this
  // Names of the hosts below this one that were cut off with it: the first kMostDependents of them.
  std::vector<std::string> dependents;
  int dependents_count = 0;  // all of them

  static constexpr size_t kMostDependents = 100;
};

// One message for one channel, all that is needed to send it.
struct Message {
  std::string id;  // 1 to 64 of a-z0-9, the same for all its channels and attempts; never reused
  WallTime queued = kNever;
  std::vector<Alert> alerts;  // root causes first, each with the hosts below it
  std::string subject, text, html;
  std::vector<std::string> to;  // smtp: the recipients who have not got it yet
  // A table that goes with a mail, if it has a name; in UTF-8.
  struct Attachment {
    std::string name;  // of the file: plain ASCII, no quotes
    std::string content;
  };
  Attachment attachment = {};

  // Else it is a report, which is as good a week later.
  bool is_alert() const { return !alerts.empty(); }
};

// The event of the gravest of its alerts.
std::string_view EventOf(const Message& message);

// The ids of the hosts that it is about, each once.
std::vector<std::string> HostsOf(const Message& message);

}  // namespace linewatch

#endif
