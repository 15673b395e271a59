// Names to addresses, off the loop: a resolver that hangs delays nobody.
#ifndef LINEWATCH_MONITORD_NET_RESOLVER_H_
#define LINEWATCH_MONITORD_NET_RESOLVER_H_

#include <sys/socket.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "monitord/net/address.h"
#include "monitord/system/steady_time.h"
#include "monitord/system/worker_thread.h"

namespace linewatch {

// For one thread, its owner's.
class Resolver {
 public:
  struct Answer {
    enum class State {
      kPending,  // no answer yet
      kFound,    // the last known addresses; younger ones may be looked up meanwhile
      kFailed    // `reason` says why
    };
    State state = State::kPending;
    Addresses addresses;  // at most kMostAddresses
    std::string reason;
  };

  // Looks a name up, as long as it takes. `family` is as Find has it.
  struct Result {
    Answer answer;
    bool is_gone = false;  // kFailed because the name, or such an address of it, does not exist
  };
  using LookUp = std::function<Result(const std::string& name, int family)>;
  // By getaddrinfo(3), whose order is that of RFC 6724; the families take turns, as RFC 8305 has it, so that one that is
  // cut off does not stand before the other with all of its addresses.
  static Result AskSystem(const std::string& name, int family);

  explicit Resolver(LookUp look_up = AskSystem);
  // Look-ups that hang are left behind in their threads; they touch nothing of this object any more.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Never blocks. Looks the name up when nothing is known or what is known is old. `family` is AF_INET or AF_INET6
  // where only such an address will do.
  //
  // Each name that waits has a thread of its own, as long as there are fewer than kThreads and the machine has one to
  // give: each call tries again to start those that are missing.
  Answer Find(const std::string& name, SteadyTime now, int family = AF_UNSPEC);

  // Of a name for which Find says kPending: how long from `since` until `now` nobody was asked for it.
  SteadyTime::duration WaitedFor(const std::string& name, int family, SteadyTime since, SteadyTime now) const;

  // Of the addresses of a name, this one works: as long as the name leads to it, Find has it first.
  void Prefer(const std::string& name, int family, const Address& address);

  // Forgets the names that were not asked for since `before`.
  void Forget(SteadyTime before);

  // Readable when there is something for TakeAnswered: the names that were looked up since its last call, in whichever
  // family.
  int fd() const;
  std::vector<std::string> TakeAnswered();

  static constexpr std::chrono::seconds kFresh{60};  // getaddrinfo(3) tells no TTL
  static constexpr std::chrono::seconds kRetry{5};   // after a failure
  static constexpr size_t kMostAddresses = 8;        // of a name: a check has no time for more
  static constexpr size_t kThreads = 64;             // each waits for one server; its stack is hardly touched

 private:
  struct Shared;

  void StartThreads();

  std::shared_ptr<Shared> shared_;
  std::deque<WorkerThread> threads_;
};

}  // namespace linewatch

#endif
