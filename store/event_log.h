// The append-only record of everything that happened, from which outages and reports are computed.
#ifndef LINEWATCH_STORE_EVENT_LOG_H_
#define LINEWATCH_STORE_EVENT_LOG_H_

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/alert.h"
#include "store/alert_result.h"
#include "store/file/file_lock.h"
#include "store/host.h"
#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

struct StatusEvent {
  WallTime t;
  std::string host, name;
  Status from, to;
  WallTime since;  // when the first check that led here was sent
  std::string reason;
};
// One alert of a message, as far as a later run must know of it.
struct NotifiedAlert {
  std::string host;
  AlertKind kind;
  WallTime since;
};
// The channel of the event that each message has when it is queued, whatever channels it goes to.
inline constexpr std::string_view kLogChannel = "log";
struct AlertEvent {
  WallTime t;
  std::string channel, subject;
  std::vector<std::string> hosts;
  AlertResult result;
  std::vector<NotifiedAlert> alerts = {};  // in the order in which they fell due; for kLogChannel alone
  std::string id = {};                     // of the message
};
// kAdopt: hosts.json was edited by hand. kConfig: config.json was changed. kOther: a word that this version does not
// know.
enum class EditAction : uint8_t { kOther, kAdd, kChange, kDelete, kAcknowledge, kUnacknowledge, kAdopt, kConfig };
inline constexpr std::array<std::string_view, 8> kEditActionNames = {
    "other", "add", "change", "delete", "acknowledge", "unacknowledge", "adopt", "config"};
inline std::string_view NameOf(EditAction action) { return kEditActionNames[static_cast<size_t>(action)]; }

struct EditEvent {
  WallTime t;
  std::string user;  // empty: nobody in particular, or by hand
  EditAction action;
  std::string host;                  // id; empty for config
  std::vector<std::string> changed;  // names of the settings
  // Of the host, as the edit left them, so that reports know it after it is gone.
  std::string name = {}, customer = {};
  PackedOptional<double> sla_percent = {};
};
void Describe(EditEvent& event, const Host& host);

enum class MonitorChange : uint8_t {
  kOther,  // a word that this version does not know
  kStart,
  kStop,
  kBlind,  // monitord sees nothing
  kSight,  // it sees again
  kClock,  // the wall clock was set
  kLate,   // nobody watched for a while, because the machine slept or the process was held up
};
inline constexpr std::array<std::string_view, 7> kMonitorChangeNames = {"other", "start", "stop", "blind",
                                                                        "sight", "clock", "late"};
inline std::string_view NameOf(MonitorChange change) { return kMonitorChangeNames[static_cast<size_t>(change)]; }

struct MonitorEvent {
  WallTime t;
  MonitorChange state;
  // kStart: the last sign of life before. kBlind and kSight: when the blindness began. kClock: what the clock showed
  // before. kLate: since when nobody watched.
  WallTime since;
};
struct MaintenanceEvent {
  WallTime t;
  std::string host, name;
  bool begins;  // else it ends
};
// What is known of a host at a moment.
struct HostSnapshot {
  std::string id, name, customer;
  PackedOptional<double> sla_percent;
  Status status;
  WallTime since;  // when its outage began, with the first failed check; else its status
  std::string reason;
  bool outage;  // the threshold was reached, and there was no good check since
  bool in_maintenance;
};
// Every host there is: once a month, so that any time can be computed from the events of a month or two.
struct HostsEvent {
  WallTime t;
  std::vector<HostSnapshot> hosts;
};

// Whose fault an outage is.
enum class Cause : uint8_t { kHost, kUpstream, kBlind, kMaintenance, kPower };
inline constexpr std::array<std::string_view, 5> kCauseNames = {"line", "upstream", "blind", "maintenance", "power"};
inline std::string_view NameOf(Cause cause) { return kCauseNames[static_cast<size_t>(cause)]; }

// Somebody has said afterwards whose fault an outage was. The last word on it counts.
struct OutageEvent {
  WallTime t;
  std::string id;              // of the outage, see store/ledger.h
  std::optional<Cause> cause;  // unset: what was measured counts again
  std::string note, user;
};
using Event = std::variant<StatusEvent, AlertEvent, EditEvent, MonitorEvent, MaintenanceEvent, HostsEvent, OutageEvent>;

WallTime TimeOf(const Event& event);

// As the files are divided: by months of UTC.
std::chrono::year_month FileMonthOf(WallTime t);

class EventLog {
 public:
  // `folder` is made on the first append.
  explicit EventLog(std::filesystem::path folder, std::chrono::milliseconds patience = kLockPatience);

  // From now on a file that cannot be read ends where it fails, and `on_unreadable` gets its name, without the folder,
  // and why: one bad block of a card does not stop the watching.
  using OnUnreadable = std::function<void(const std::string& file, const std::system_error& why)>;
  void SkipUnreadable(OnUnreadable on_unreadable) { on_unreadable_ = std::move(on_unreadable); }

  // All of `events`, in one write, on the disk when this returns. Throws std::system_error when that cannot be had:
  // then a part may be written, which readers skip and the next append closes with a line end. Any number of processes.
  void Append(const std::vector<Event>& events) const;

  // Hands every event from `from` on to `take`: file by file, and in a file as they were written. Where the clock was
  // set, that is not the order of their times. Lines that do not parse are skipped. Throws std::system_error where a
  // file cannot be read, if nobody has asked to SkipUnreadable, and what `take` throws; so do the others that read.
  void Read(WallTime from, const std::function<void(const Event&)>& take) const;

  // The same, of the events whose line `is_wanted`. It is asked before the line is parsed, which is what costs; a line
  // that we have written begins with {"type":"status", or whatever its type is.
  using LineFilter = std::function<bool(std::string_view line)>;
  static bool is_alert(std::string_view line) { return line.starts_with(R"({"type":"alert",)"); }
  void Read(WallTime from, const LineFilter& is_wanted, const std::function<void(const Event&)>& take) const;

  // The same for whoever computes what the time from `from` on was made of: everything since the youngest HostsEvent at
  // or before `from`, which comes first, or since the beginning where there is none.
  void ReadSinceSnapshot(WallTime from, const LineFilter& is_wanted,
                         const std::function<void(const Event&)>& take) const;

  // Whether the month of `t` has a HostsEvent.
  bool has_snapshot(WallTime t) const;

  // Removes the files of whole months that ended more than `kept` before `now`. Of the others there must be as many as
  // that time has months, and two, or nothing is removed: a clock that is far ahead makes nothing old. Answers how many
  // it were.
  int RemoveOld(std::chrono::days kept, WallTime now) const;

 private:
  std::vector<std::filesystem::path> Files() const;
  void ReadFile(const std::filesystem::path& file, const std::function<bool(std::string_view)>& take) const;
  std::optional<WallTime> SnapshotIn(const std::filesystem::path& file) const;

  std::filesystem::path folder_;
  std::chrono::milliseconds patience_;
  OnUnreadable on_unreadable_;
};

}  // namespace linewatch

#endif
