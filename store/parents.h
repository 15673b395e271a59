// Which hosts are reached through which: the one walk over parents. Pure.
#ifndef LINEWATCH_STORE_PARENTS_H_
#define LINEWATCH_STORE_PARENTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "store/host.h"

namespace linewatch {

// Hosts are named by their index in the list that this was made from. Parents that are not in it lead nowhere.
class ParentLinks {
 public:
  enum class Parents { kAll, kEnabled };  // kEnabled: a paused one says nothing of those below it

  ParentLinks() = default;
  ParentLinks(std::span<const Host* const> hosts, Parents parents);

  uint32_t size() const { return static_cast<uint32_t>(begin_.size()) - 1; }  // of the list
  std::span<const uint32_t> Of(uint32_t host) const {
    return std::span(parents_).subspan(begin_[host], begin_[host + 1] - begin_[host]);
  }

  struct Walk {
    // By link, in the order of the hosts and of their parents: those that a walk up from somewhere finds to lead back to
    // where it came from. Without them there is no circle.
    std::vector<bool> closes_circle;
    // By host: two that are reached through each other have the same number, all others one of their own.
    std::vector<uint32_t> circle;
    // Every host, after all of its parents but those by a link that closes a circle.
    std::vector<uint32_t> parents_first;
  };
  Walk WalkUp() const;

  // Takes away the links that `is_dropped` marks.
  void Drop(const std::vector<bool>& is_dropped);

 private:
  class Walker;

  std::vector<uint32_t> begin_ = {0};  // by host: where its parents begin in parents_; one more at the end
  std::vector<uint32_t> parents_;      // host by host
};

// The hosts of `hosts` that are reached through themselves, each with the first of its parents by which.
struct Circular {
  const Host* host;
  const Host* parent;
};
std::vector<Circular> FindCircles(std::span<const Host* const> hosts);

}  // namespace linewatch

#endif
