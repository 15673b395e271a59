// One try of one check of a service: opened, it goes on whenever its descriptor is ready, until it knows the answer.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_CONVERSATION_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_CONVERSATION_H_

#include <poll.h>
#include <sys/socket.h>

#include <string_view>

#include "monitord/net/address.h"
#include "monitord/probe/prober.h"

namespace linewatch {

// Its end, at any time, closes what it has opened. Whoever holds it keeps the deadline.
class Conversation {
 public:
  virtual ~Conversation() = default;

  enum class State {
    kGoesOn,      // it waits
    kAnswered,    // there was an answer: `ok`, and if not the reason, are final
    kUnanswered,  // there was none, the reason says why; another try may have more luck
  };
  // As far as it gets without waiting. Fills in what it knows of the result, its round trip too when it is ok. Throws
  // std::system_error or std::bad_alloc when this machine has no room for it to go on.
  virtual State Work(SteadyTime now, CheckResult& result) = 0;

  // What it waits for, as poll(2) has it. With fd -1 a library does the waiting, and its prober calls GoOn.
  virtual pollfd wait() const = 0;
  // Whether the far end has shown that it is there. From then on this try has until the deadline. Until then another
  // try may replace it, once it has taken longer than this host usually does; where that is not known, none does.
  virtual bool is_connected() const = 0;
  // Of a name with several addresses: whether it tries the first of them alone. The next try then has another one.
  virtual bool tries_one_address() const { return false; }
  // Which address it speaks to, once it is connected or has an answer; not set where that is not known.
  virtual Address peer() const {
    sockaddr_storage there{};
    socklen_t length = sizeof there;
    if (wait().fd < 0 || getpeername(wait().fd, reinterpret_cast<sockaddr*>(&there), &length) != 0) return {};
    return Address(reinterpret_cast<const sockaddr*>(&there));
  }
  // Called instead of another try: asks once more, and from then on an answer to any of its requests counts. False if
  // it cannot.
  virtual bool Repeat() { return false; }
  // What is missing, for "no ... within 1 s": "connection", "TLS handshake", "answer".
  virtual std::string_view awaited() const = 0;
};

}  // namespace linewatch

#endif
