#include "store/parents.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace linewatch {

ParentLinks::ParentLinks(std::span<const Host* const> hosts, Parents parents) {
  std::unordered_map<std::string_view, uint32_t> places;
  for (uint32_t i = 0; i < hosts.size(); ++i) places.emplace(hosts[i]->id, i);
  begin_.reserve(hosts.size() + 1);
  for (const Host* host : hosts) {
    for (const std::string& id : host->parents)
      if (const auto parent = places.find(id);
          parent != places.end() && (parents == Parents::kAll || hosts[parent->second]->enabled))
        parents_.push_back(parent->second);
    begin_.push_back(static_cast<uint32_t>(parents_.size()));
  }
}

// Depth first, with Tarjan's numbers (R. Tarjan, Depth-first search and linear graph algorithms, 1972): `lowest` is the
// first host on the way that can be reached from here, and hosts that share it are a circle.
class ParentLinks::Walker {
 public:
  explicit Walker(const ParentLinks& links) : links_(links), marks_(links.size()) {
    walk_.closes_circle.resize(links.parents_.size());
    walk_.circle.resize(links.size());
    walk_.parents_first.reserve(links.size());
  }

  Walk Run() {
    for (uint32_t start = 0; start < links_.size(); ++start) {
      if (marks_[start].entered == 0) Enter(start);
      while (!way_.empty()) GoOn();
    }
    return std::move(walk_);
  }

 private:
  struct Mark {
    uint32_t entered = 0;  // as which host, from 1
    uint32_t lowest = 0;
    bool is_on_way = false;  // the walk has come through it, and goes on above it
    bool is_open = false;    // its circle is not known yet
  };
  struct Stop {
    uint32_t host;
    uint32_t left;  // of its links, how many are still to be followed
  };

  void Enter(uint32_t host) {
    marks_[host] = {++entered_, entered_, true, true};
    way_.push_back({host, static_cast<uint32_t>(links_.Of(host).size())});
    open_.push_back(host);
  }

  void GoOn() {
    Stop& stop = way_.back();
    if (stop.left == 0) return Leave(stop.host);
    const uint32_t host = stop.host, link = links_.begin_[host] + --stop.left, parent = links_.parents_[link];
    const Mark& above = marks_[parent];
    if (above.entered == 0) return Enter(parent);
    walk_.closes_circle[link] = above.is_on_way;
    if (above.is_open) marks_[host].lowest = std::min(marks_[host].lowest, above.entered);
  }

  void Leave(uint32_t host) {
    Mark& mark = marks_[host];
    mark.is_on_way = false;
    walk_.parents_first.push_back(host);
    way_.pop_back();
    if (!way_.empty()) {
      Mark& below = marks_[way_.back().host];
      below.lowest = std::min(below.lowest, mark.lowest);
    }
    if (mark.lowest != mark.entered) return;
    uint32_t member = 0;
    do {
      member = open_.back();
      open_.pop_back();
      marks_[member].is_open = false;
      walk_.circle[member] = host;
    } while (member != host);
  }

  const ParentLinks& links_;
  Walk walk_;
  std::vector<Mark> marks_;
  uint32_t entered_ = 0;
  std::vector<Stop> way_;
  std::vector<uint32_t> open_;  // as they were entered
};

ParentLinks::Walk ParentLinks::WalkUp() const { return Walker(*this).Run(); }

void ParentLinks::Drop(const std::vector<bool>& is_dropped) {
  uint32_t kept = 0;
  for (uint32_t host = 0, link = 0; host < size(); ++host) {
    begin_[host] = kept;
    for (; link < begin_[host + 1]; ++link)
      if (!is_dropped[link]) parents_[kept++] = parents_[link];
  }
  begin_.back() = kept;
  parents_.resize(kept);
}

std::vector<Circular> FindCircles(std::span<const Host* const> hosts) {
  const ParentLinks links(hosts, ParentLinks::Parents::kAll);
  const auto circle = links.WalkUp().circle;
  std::vector<Circular> circles;
  for (uint32_t host = 0; host < links.size(); ++host) {
    const auto parents = links.Of(host);
    const auto parent =
        std::find_if(parents.begin(), parents.end(), [&](uint32_t other) { return circle[other] == circle[host]; });
    if (parent != parents.end()) circles.push_back({hosts[host], hosts[*parent]});
  }
  return circles;
}

std::string ExpectedNoCircle(const Host& parent) {
  return "expected no circle: the way to \"" + parent.name + "\" leads through this host";
}

}  // namespace linewatch
