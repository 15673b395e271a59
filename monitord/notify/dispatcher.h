// Hands messages to the servers of the channels, each in a thread of its own: a server that hangs holds up neither the
// loop nor the other channels.
#ifndef LINEWATCH_MONITORD_NOTIFY_DISPATCHER_H_
#define LINEWATCH_MONITORD_NOTIFY_DISPATCHER_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "monitord/notify/notifier.h"
#include "monitord/system/steady_time.h"
#include "monitord/system/worker_thread.h"
#include "store/alert.h"

namespace linewatch {

class Dispatcher {
 public:
  Dispatcher();
  // Sends under way are cancelled, and left behind: they touch nothing of this object any more.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // One at a time for each `name`. A machine that has no thread to give answers as a server that cannot be reached.
  // It is cancelled when it takes longer than `longest`.
  void Start(const std::string& name, std::unique_ptr<Notifier> notifier, Message message, SteadyTime now,
             std::chrono::seconds longest = kLongest);
  bool is_under_way(const std::string& name) const;

  // A send that has ended; nothing when there is none.
  struct Ended {
    std::string name;
    Message message;
    Delivery delivery;
  };
  std::optional<Ended> Take();
  // Readable when one has ended.
  int fd() const;

  // To be called every few seconds: cancels what takes longer than it may.
  void CancelOverdue(SteadyTime now);

  // Cancels what is under way and waits for its end; false if some of it goes on even so.
  bool Stop(std::chrono::milliseconds patience);

  // Servers that are slow but not dead, with several recipients and a look through the mail.
  static constexpr std::chrono::seconds kLongest{std::chrono::minutes(30)};

 private:
  struct Shared;
  const std::shared_ptr<Shared> shared_;
  std::map<std::string, std::unique_ptr<WorkerThread>> threads_;  // by the name of what they send
};

}  // namespace linewatch

#endif
