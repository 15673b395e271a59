// Calls a URL once a minute. A service outside notifies people when the calls stop: then this machine is dead, or its
// network.
#ifndef LINEWATCH_MONITORD_NOTIFY_DEAD_MAN_SWITCH_H_
#define LINEWATCH_MONITORD_NOTIFY_DEAD_MAN_SWITCH_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "monitord/system/worker_thread.h"

namespace linewatch {

// In a thread of its own, from the first URL on, that nobody waits for. Nothing here throws or takes long.
class DeadManSwitch {
 public:
  explicit DeadManSwitch(std::chrono::milliseconds period = std::chrono::minutes(1));
  // A call under way is broken off.
  ~DeadManSwitch();
  DeadManSwitch(const DeadManSwitch&) = delete;
  DeadManSwitch& operator=(const DeadManSwitch&) = delete;

  // Calls it at once if it is another one than before, and then every period. Empty: no more.
  void Use(const std::string& url);

  // To be called every few seconds: a thread that was not to be had is asked for again. Answers what was wrong with the
  // last call; nothing when it was good, or there was none. Never with the URL in it.
  std::optional<std::string> Review();

 private:
  struct Shared;

  const std::shared_ptr<Shared> shared_;
  WorkerThread thread_;
};

}  // namespace linewatch

#endif
