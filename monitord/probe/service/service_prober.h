// What all checks by a conversation share: the look-up of a name, one deadline, tries that follow each other, and a
// bound on how many are under way.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_SERVICE_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_SERVICE_PROBER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitord/probe/look_ups.h"
#include "monitord/probe/prober.h"
#include "monitord/probe/service/conversation.h"
#include "monitord/probe/timers.h"
#include "store/file/descriptor.h"

namespace linewatch {

class ServiceProber : public Prober {
 public:
  // The number of a check while it is under way.
  using Place = uint16_t;
  // Opens a try of the check at a place, at these addresses of the target: the first, or whichever of them answers
  // soonest. Throws std::system_error or std::bad_alloc when this machine has no room for
  // it. Where a library does the waiting, conversations have no descriptor: their prober then keeps their places, and
  // calls GoOn when one of them may get further.
  using Open = std::function<std::unique_ptr<Conversation>(const Target&, const Addresses&, Place)>;

  // At most so many are under way at once, fewer than Timers::kMostSleepers: each takes a descriptor and up to 40 kB.
  // The others wait for their turn, until their next check would begin.
  ServiceProber(Done done, Open open, size_t most_at_once = kMostAtOnce);
  ServiceProber(const ServiceProber&) = delete;
  ServiceProber& operator=(const ServiceProber&) = delete;

  void Start(std::span<const Check> checks, SteadyTime now) override;
  void AddWaits(std::vector<pollfd>& waits) const override;
  SteadyTime wake_at() const override;
  void Work(SteadyTime now) override;

  static constexpr size_t kMostAtOnce = 1000;

 protected:
  // Lets the conversation at this place work, if there is one: what it waits for may have come.
  void GoOn(Place place, SteadyTime now);
  // For the conversation at this place: another name than its target's. While it is kPending the conversation waits,
  // and works again when there is an answer.
  Resolver::Answer LookUp(Place place, const std::string& name, SteadyTime now);
  // How long the look-up of the target's own name took.
  SteadyTime::duration NamingTime(Place place) const { return flights_[place].naming_time; }
  // To be called by the destructor of a prober that has something its conversations need to the end.
  void EndAllTries();

 private:
  struct Flight {
    Check check{};
    SteadyTime start{}, try_started{};
    SteadyTime::duration naming_time{};
    Addresses addresses;                         // there is one, but for a name
    Address peer;                                // the one that answered a name
    std::unique_ptr<Conversation> conversation;  // null between two tries, and while its name is looked up
    pollfd watched{-1, 0, 0};                    // as epoll knows it
    uint32_t serial = 0;                         // tells it from those that had the place before
    uint8_t tries = 0;
    bool was_connected = false;  // in this try
  };
  struct Queued {
    Check check;
    SteadyTime since;
  };

  bool is_full() const;
  void LaunchQueued(SteadyTime now);
  std::optional<Place> TakePlace();
  void Launch(const Check& check, Place place, SteadyTime now);
  SteadyTime TakeEvents(SteadyTime now);
  void TakeLookUps(SteadyTime now);
  void FindAddress(Place place, SteadyTime now);
  void Try(Place place, SteadyTime now);
  void Watch(Place place);
  static int RetriesOf(const Flight& flight);
  void EndTry(Flight& flight);
  void DescribePeer(Flight& flight);
  void SetTimer(Place place);
  void WakeUp(Place place, SteadyTime now);
  void FinishAtDeadline(Place place, SteadyTime now);
  void FinishVoid(Place place, VoidReason reason);
  void Finish(Place place);
  SteadyTime GiveUpAt(const Queued& queued) const;
  static SteadyTime DeadlineOf(const Flight& flight) { return flight.start + flight.check.target->timeout; }

  const Done done_;
  const Open open_;
  const size_t most_at_once_;
  const Descriptor epoll_;
  LookUps look_ups_;
  std::vector<Flight> flights_;
  std::vector<Place> free_;
  std::deque<Queued> queue_;
  Timers timers_;
  uint32_t next_serial_ = 1;
};

}  // namespace linewatch

#endif
