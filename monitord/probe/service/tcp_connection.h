// A connection by TCP that is made without waiting for it, and what errors of sockets mean to people.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_TCP_CONNECTION_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_TCP_CONNECTION_H_

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitord/net/address.h"
#include "monitord/probe/prober.h"
#include "monitord/probe/service/conversation.h"
#include "monitord/system/steady_time.h"
#include "store/file/descriptor.h"

namespace linewatch {

// Puts into `result` why there is no connection. `error` is an errno; with `is_refused_here` it comes from this
// machine, which has sent nothing. An error that only means that this machine has no room (descriptors, ports, memory)
// says nothing about the host, and is thrown as std::system_error.
void FailBySocketError(int error, bool is_refused_here, CheckResult& result);

// How long ago something was begun. `now` is when this turn of the thread began; for what was begun in this very turn,
// and so after `now`, the clock is read again.
float MillisecondsSince(SteadyTime begun, SteadyTime now);

class TcpConnection {
 public:
  // Begins. Throws std::system_error when this machine has no room for it. With several addresses it is that which
  // stands first: each is tried as soon as the one before it has failed, or has not answered within kAttemptDelay (Happy
  // Eyeballs, RFC 8305 section 5).
  TcpConnection(const Addresses& addresses, int port);
  TcpConnection(const Address& address, int port) : TcpConnection(Addresses{address}, port) {}
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  // As libcurl has it for websites; the RFC allows 100 ms to 2 s.
  static constexpr std::chrono::milliseconds kAttemptDelay{200};

  // Nothing once it stands. Until then what its conversation is to answer: that it goes on, or that it is unanswered,
  // with why in `result`.
  std::optional<Conversation::State> Connect(CheckResult& result);
  bool is_connected() const { return is_connected_; }
  // What its conversation waits for: to be connected, then these events of poll(2).
  pollfd wait(int16_t events) const;

  // Once it stands.
  int fd() const { return socket_.get(); }
  // Since it was begun, to the address that it has reached.
  float MillisecondsUntil(SteadyTime now) const { return MillisecondsSince(begun_, now); }

  // Adds what has come, until `received` has `most` bytes. A short sentence when nothing more will come.
  std::optional<std::string> Read(std::string& received, size_t most) const;
  // Sends as much as goes, and takes it from `text`. False when the connection has broken.
  bool Write(std::string_view& text) const;

 private:
  struct Race;

  // With one address.
  std::optional<Conversation::State> ConnectAlone(CheckResult& result);
  std::optional<Conversation::State> ConnectFirst(CheckResult& result);

  Descriptor socket_{-1};
  SteadyTime begun_{};
  int error_ = 0;  // of the attempt itself
  bool is_connected_ = false;
  std::unique_ptr<Race> race_;  // with several addresses; its descriptor is waited for until another is
};

}  // namespace linewatch

#endif
