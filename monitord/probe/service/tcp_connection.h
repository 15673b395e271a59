// A connection by TCP that is made without waiting for it, and what errors of sockets mean to people.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_TCP_CONNECTION_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_TCP_CONNECTION_H_

#include <poll.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  // Begins. Throws std::system_error when this machine has no room for it.
  TcpConnection(const Address& address, int port);

  // Nothing once it stands. Until then what its conversation is to answer: that it goes on, or that it is unanswered,
  // with why in `result`.
  std::optional<Conversation::State> Connect(CheckResult& result);
  bool is_connected() const { return is_connected_; }
  // What its conversation waits for: to be connected, then these events of poll(2).
  pollfd wait(int16_t events) const { return {socket_.get(), is_connected_ ? events : int16_t{POLLOUT}, 0}; }

  int fd() const { return socket_.get(); }
  // Since it was begun.
  float MillisecondsUntil(SteadyTime now) const { return MillisecondsSince(begun_, now); }

  // Adds what has come, until `received` has `most` bytes. A short sentence when nothing more will come.
  std::optional<std::string> Read(std::string& received, size_t most) const;
  // Sends as much as goes, and takes it from `text`. False when the connection has broken.
  bool Write(std::string_view& text) const;

 private:
  const Descriptor socket_;
  const SteadyTime begun_;
  int error_ = 0;  // of the attempt itself
  bool is_connected_ = false;
};

}  // namespace linewatch

#endif
