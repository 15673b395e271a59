#include "monitord/verdict/topology.h"

#include <utility>

namespace linewatch {

Topology::Topology(const HostList& list) : is_parent_(list.hosts.size()) {
  std::vector<const Host*> hosts;
  hosts.reserve(list.hosts.size());
  for (const Host& host : list.hosts) hosts.push_back(&host);
  links_ = ParentLinks(hosts, ParentLinks::Parents::kEnabled);
  auto walk = links_.WalkUp();
  // A circle, which an edit by hand can make, ends where it is noticed: else each of its hosts would excuse the next,
  // and none would ever be down.
  links_.Drop(walk.closes_circle);
  parents_first_ = std::move(walk.parents_first);
  for (uint32_t host = 0; host < links_.size(); ++host)
    for (const uint32_t parent : links_.Of(host)) is_parent_[parent] = true;
}

}  // namespace linewatch
