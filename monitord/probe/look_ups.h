// Looks up names for checks that are under way, and says which of them may go on.
#ifndef LINEWATCH_MONITORD_PROBE_LOOK_UPS_H_
#define LINEWATCH_MONITORD_PROBE_LOOK_UPS_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "monitord/net/resolver.h"
#include "monitord/system/steady_time.h"

namespace linewatch {

// Checks are known by their place, a number that no other check has while they are under way.
class LookUps {
 public:
  explicit LookUps(Resolver::LookUp look_up = Resolver::AskSystem) : resolver_(std::move(look_up)) {}

  // What is known of the name; `family` is as Resolver::Find has it. While it is kPending the check at `place` waits
  // for this name, and no longer for another one.
  Resolver::Answer Find(uint16_t place, const std::string& name, int family, SteadyTime now);

  // Readable when there is something for TakeAnswered.
  int fd() const { return resolver_.fd(); }
  // The places of those whose name was looked up. They do not wait any more; Find has the answer.
  std::vector<uint16_t> TakeAnswered();

  void StopWaiting(uint16_t place);

  // For a check whose time is over: whether nobody was asked for the name that it waits for, or so late that the want
  // of an answer says nothing. False if it waits for none.
  bool WasAskedTooLate(uint16_t place, std::chrono::nanoseconds timeout, SteadyTime now) const;

  // As Resolver has it.
  void Prefer(const std::string& name, int family, const Address& address) { resolver_.Prefer(name, family, address); }

  // To be called every now and then: forgets the names that no check has asked for in a day.
  void ForgetUnused(SteadyTime now);

 private:
  struct Wait {
    std::string name;
    int family;
    SteadyTime since;
  };

  Resolver resolver_;
  std::unordered_map<uint16_t, Wait> waits_;                    // by place
  std::unordered_multimap<std::string_view, uint16_t> places_;  // by the name in waits_
  SteadyTime forgot_at_{};
};

}  // namespace linewatch

#endif
