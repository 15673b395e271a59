// The outbox: messages that are not delivered yet, one file per message and channel. Only monitord writes it.
#ifndef LINEWATCH_STORE_OUTBOX_H_
#define LINEWATCH_STORE_OUTBOX_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "store/alert.h"
#include "store/value/wall_time.h"

namespace linewatch {

struct QueuedMessage {
  Message message;
  std::string channel;
  std::vector<std::string> channels;    // all that the message was queued for
  std::string instead_of;               // the channel that could not deliver it, if this one is a fallback
  int64_t number = 0;                   // grows with each that is added; the clock may be set back between two
  int attempts = 0;                     // that were made
  WallTime next = kNever;               // when it is tried again
  std::string error;                    // of the last attempt
  std::chrono::milliseconds waited{0};  // how long it has waited while monitord ran
  bool may_have_arrived = false;        // an attempt ended when all was on its way: the text stays as it is
  bool is_handed_on = false;            // to the fallback channels
};

class Outbox {
 public:
  // `folder` is made by the first Put.
  explicit Outbox(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Every message that waits, in the order in which they were added. A file that cannot be read or does not parse is
  // left where it is, and its name goes to `damaged`; without a folder there is none. Readers need no lock. Throws
  // std::system_error.
  std::vector<QueuedMessage> Read(std::vector<std::string>* damaged = nullptr) const;

  // Writes or replaces the file of a message and channel: durable when this returns. Throws std::system_error.
  void Put(const QueuedMessage& queued) const;

  // Durable when this returns; a file that is gone already is fine. Throws std::system_error.
  void Remove(const QueuedMessage& queued) const;

  // Once, at the start: removes what a crash left half written. Throws std::system_error.
  void Sweep() const;

  static constexpr size_t kMaxBytes = 16 << 20;  // of a file: ten thousand alerts

 private:
  std::filesystem::path PathOf(const QueuedMessage& queued) const;

  std::filesystem::path folder_;
};

// 20 random characters of a-z0-9.
std::string NewMessageId();

}  // namespace linewatch

#endif
