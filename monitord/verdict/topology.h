// Which hosts depend on which: their parents, and an order in which every host comes after its own. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_TOPOLOGY_H_
#define LINEWATCH_MONITORD_VERDICT_TOPOLOGY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "store/host_list.h"
#include "store/parents.h"

namespace linewatch {

// Hosts are named by their place in the list that it was made from; good until that list is edited.
class Topology {
 public:
  Topology() = default;
  explicit Topology(const HostList& list);

  // The enabled parents of a host: a paused one says nothing. None for most. Of a circle one link is left out.
  std::span<const uint32_t> ParentsOf(uint32_t host) const { return links_.Of(host); }

  bool is_parent(uint32_t host) const { return is_parent_[host]; }

  // Every host after all of its parents.
  const std::vector<uint32_t>& parents_first() const { return parents_first_; }

 private:
  ParentLinks links_;
  std::vector<bool> is_parent_;  // by host
  std::vector<uint32_t> parents_first_;
};

}  // namespace linewatch

#endif
