// The append-only record of everything that happened, from which outages and reports are computed.
#ifndef LINEWATCH_STORE_EVENT_LOG_H_
#define LINEWATCH_STORE_EVENT_LOG_H_

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/alert.h"
#include "store/file_lock.h"
#include "store/host.h"
#include "store/wall_time.h"

namespace linewatch {

struct StatusEvent {
  WallTime t;
  std::string host, name;
  Status from, to;
  WallTime since;  // when the first check that led here was sent
  std::string reason;
};
// One alert of a message, as far as a later run must know that it was told.
struct Told {
  std::string host;
  AlertKind kind;
  WallTime since;
};
// Once for each message, when it is queued.
inline constexpr std::string_view kToldChannel = "log";
struct AlertEvent {
  WallTime t;
  std::string channel, subject;
  std::vector<std::string> hosts;
  std::string result;
  std::vector<Told> alerts = {};  // in the order in which they fell due; for kToldChannel alone
  std::string id = {};            // of the message
};
struct EditEvent {
  WallTime t;
  std::string user;                  // empty: nobody in particular, or by hand
  std::string action;                // add, change, delete, adopt, config
  std::string host;                  // id; empty for config
  std::vector<std::string> changed;  // names of the settings
};
struct MonitorEvent {
  WallTime t;
  // start, stop
  // blind, sight: monitord sees nothing, and sees again; `since` is when the blindness began
  // clock: the wall clock was set
  // late: nobody watched for a while, because the machine slept or the process was held up
  std::string state;
  // start: the last sign of life before; clock: what the clock showed before; late: since when nobody watched
  WallTime since;
};
struct MaintenanceEvent {
  WallTime t;
  std::string host, name;
  bool begins;  // else it ends
};
using Event = std::variant<StatusEvent, AlertEvent, EditEvent, MonitorEvent, MaintenanceEvent>;

WallTime TimeOf(const Event& event);

class EventLog {
 public:
  // `folder` is made on the first append.
  explicit EventLog(std::filesystem::path folder, std::chrono::milliseconds patience = kLockPatience);

  // All of `events`, in one write, on the disk when this returns. Throws std::system_error when that cannot be had:
  // then a part may be written, which readers skip and the next append closes with a line end. Any number of processes.
  void Append(const std::vector<Event>& events) const;

  // Hands every event from `from` on to `take`, file by file in the order of writing, which a jumping clock may have
  // made another one than that of time. Lines that do not parse are skipped.
  void Read(WallTime from, const std::function<void(const Event&)>& take) const;

 private:
  std::filesystem::path folder_;
  std::chrono::milliseconds patience_;
};

}  // namespace linewatch

#endif
