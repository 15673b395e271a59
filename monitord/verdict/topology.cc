#include "monitord/verdict/topology.h"

#include <string_view>
#include <unordered_map>

namespace linewatch {

Topology::Topology(const HostList& list) : is_parent_(list.hosts.size()) {
  TakeParents(list);
  LeaveOut(FindOrder());
  for (const uint32_t parent : parents_) is_parent_[parent] = true;
}

void Topology::TakeParents(const HostList& list) {
  const auto count = static_cast<uint32_t>(list.hosts.size());
  std::unordered_map<std::string_view, uint32_t> by_id;
  for (uint32_t i = 0; i < count; ++i) by_id.emplace(list.hosts[i].id, i);
  begin_.reserve(count + 1);
  for (const Host& host : list.hosts) {
    begin_.push_back(static_cast<uint32_t>(parents_.size()));
    for (const auto& id : host.parents)
      if (const auto parent = by_id.find(id); parent != by_id.end() && list.hosts[parent->second].enabled)
        parents_.push_back(parent->second);
  }
  begin_.push_back(static_cast<uint32_t>(parents_.size()));
}

// Fills parents_first_. Answers which of parents_ close a circle, which an edit by hand can make: it ends where it is
// noticed. Else each of its hosts would excuse the next, and none would ever be down.
std::vector<bool> Topology::FindOrder() {
  const auto count = static_cast<uint32_t>(begin_.size() - 1);
  std::vector<bool> closes_circle(parents_.size());
  enum class Mark : uint8_t { kNew, kEntered, kDone };
  std::vector<Mark> marks(count, Mark::kNew);
  std::vector<uint32_t> path;
  parents_first_.reserve(count);
  for (uint32_t start = 0; start < count; ++start) {
    path.push_back(start);
    while (!path.empty()) {
      const uint32_t host = path.back();
      if (marks[host] == Mark::kNew) {
        marks[host] = Mark::kEntered;
        for (uint32_t i = begin_[host]; i < begin_[host + 1]; ++i) {
          if (marks[parents_[i]] == Mark::kNew) path.push_back(parents_[i]);
          if (marks[parents_[i]] == Mark::kEntered) closes_circle[i] = true;
        }
        continue;
      }
      if (marks[host] == Mark::kEntered) parents_first_.push_back(host);
      marks[host] = Mark::kDone;
      path.pop_back();
    }
  }
  return closes_circle;
}

// Takes these of parents_ out.
void Topology::LeaveOut(const std::vector<bool>& links) {
  const auto count = static_cast<uint32_t>(begin_.size() - 1);
  uint32_t kept = 0;
  for (uint32_t host = 0, i = 0; host < count; ++host) {
    begin_[host] = kept;
    for (; i < begin_[host + 1]; ++i)
      if (!links[i]) parents_[kept++] = parents_[i];
  }
  begin_[count] = kept;
  parents_.resize(kept);
}

std::span<const uint32_t> Topology::ParentsOf(uint32_t host) const {
  return std::span(parents_).subspan(begin_[host], begin_[host + 1] - begin_[host]);
}

}  // namespace linewatch
