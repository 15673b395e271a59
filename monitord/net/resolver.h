// Names to addresses, off the loop: a resolver that hangs delays nobody.
#ifndef LINEWATCH_MONITORD_NET_RESOLVER_H_
#define LINEWATCH_MONITORD_NET_RESOLVER_H_

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "monitord/net/address.h"

namespace linewatch {

class Resolver {
 public:
  Resolver();
  // Look-ups that hang are left behind in their threads; they touch nothing of this object any more.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  struct Answer {
    enum class State {
      kPending,  // asked, no answer yet
      kFound,    // the last known address; a younger one may be asked for meanwhile
      kFailed    // `reason` says why
    };
    State state = State::kPending;
    Address address;
    std::string reason;
  };
  // Never blocks. Asks when nothing is known or what is known is old. `family` is AF_INET or AF_INET6 where only such
  // an address will do.
  Answer Find(const std::string& name, std::chrono::steady_clock::time_point now, int family = AF_UNSPEC);

  // Forgets the names that were not asked for since `before`.
  void Forget(std::chrono::steady_clock::time_point before);

  // Readable when there is something for TakeAnswered: the names that were looked up since its last call, in whichever
  // family.
  int fd() const;
  std::vector<std::string> TakeAnswered();

  static constexpr std::chrono::seconds kFresh{60};  // getaddrinfo(3) tells no TTL
  static constexpr std::chrono::seconds kRetry{5};   // after a failure
  static constexpr int kThreads = 64;                // each waits for one server; its stack is hardly touched

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace linewatch

#endif
