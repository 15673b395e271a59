// Which hosts are parents of which, and where parents lead in a circle: the one walk over them. Pure.
#ifndef LINEWATCH_STORE_PARENTS_H_
#define LINEWATCH_STORE_PARENTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/host.h"

namespace linewatch {

// A link leads from a host to one of its parents. Hosts are named by their place in the list that this was made from;
// parents that are not in it have no link.
class ParentLinks {
 public:
  enum class Parents { kAll, kEnabled };  // kEnabled: a paused parent says nothing of its children

  ParentLinks() = default;
  ParentLinks(std::span<const Host* const> hosts, Parents parents);

  uint32_t size() const { return static_cast<uint32_t>(begin_.size()) - 1; }  // of the list
  std::span<const uint32_t> Of(uint32_t host) const {
    return std::span(parents_).subspan(begin_[host], begin_[host + 1] - begin_[host]);
  }

  struct Walk {
    // One for each link, host by host and within a host in the order of its parents: whether it closes a circle, for it
    // leads to a host that the walk had come by on its way up. Without these links there is no circle.
    std::vector<bool> closes_circle;
    // One for each host: the number of its circle. Hosts of one circle share it; a host in none has a number of its
    // own.
    std::vector<uint32_t> circle;
    // Every host once, each after all of its parents; a link that closes a circle does not count.
    std::vector<uint32_t> parents_first;
  };
  Walk WalkUp() const;

  // Takes away the links that `is_dropped` marks, which has one for each link, as closes_circle has.
  void Drop(const std::vector<bool>& is_dropped);

 private:
  class Walker;

  std::vector<uint32_t> begin_ = {0};  // by host: where its parents begin in parents_; one more at the end
  std::vector<uint32_t> parents_;      // host by host
};

// A host in a circle, and the first of its parents that is in the same one.
struct Circular {
  const Host* host;
  const Host* parent;
};
// All of them, in the order of `hosts`.
std::vector<Circular> FindCircles(std::span<const Host* const> hosts);

// What is wrong with a parent that is in a circle with its child, for people.
std::string ExpectedNoCircle(const Host& parent);

}  // namespace linewatch

#endif
