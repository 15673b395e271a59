#include "monitord/verdict/topology.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Ids = std::vector<std::string>;

class Network {
 public:
  Host& Add(const std::string& id, Ids parents = {}) {
    Host& host = list.hosts.emplace_back();
    host.id = id;
    host.parents = std::move(parents);
    return host;
  }
  uint32_t IndexOf(const std::string& id) const { return static_cast<uint32_t>(list.Find(id) - list.hosts.data()); }
  Ids ParentsOf(const Topology& topology, const std::string& id) const {
    Ids ids;
    for (const uint32_t parent : topology.ParentsOf(IndexOf(id))) ids.push_back(list.hosts[parent].id);
    return ids;
  }
  // Whether each host stands once in the order, after all of its parents.
  bool is_in_order(const Topology& topology) const {
    std::vector<bool> has_come(list.hosts.size());
    for (const uint32_t host : topology.parents_first()) {
      const auto parents = topology.ParentsOf(host);
      if (has_come[host] || !std::all_of(parents.begin(), parents.end(), [&](uint32_t p) { return has_come[p]; }))
        return false;
      has_come[host] = true;
    }
    return topology.parents_first().size() == list.hosts.size();
  }

  HostList list;
};

TEST_CASE("every host comes after its parents, wherever it stands in the list", "[topology]") {
  Network network;
  network.Add("far", {"router", "mast"});
  network.Add("router", {"core"});
  network.Add("mast", {"router"});
  network.Add("core");
  network.Add("alone");
  const Topology topology(network.list);
  CHECK(network.is_in_order(topology));
  CHECK(network.ParentsOf(topology, "far") == Ids{"router", "mast"});
  CHECK(network.ParentsOf(topology, "core").empty());
  CHECK(topology.is_parent(network.IndexOf("core")));
  CHECK_FALSE(topology.is_parent(network.IndexOf("far")));
}

TEST_CASE("a parent that is paused or gone is none", "[topology]") {
  Network network;
  network.Add("paused").enabled = false;
  network.Add("child", {"paused", "gone", "other"});
  network.Add("other");
  const Topology topology(network.list);
  CHECK(network.ParentsOf(topology, "child") == Ids{"other"});
  CHECK_FALSE(topology.is_parent(network.IndexOf("paused")));
}

TEST_CASE("of a circle one link is left out, and of what hangs on it none", "[topology]") {
  Network network;
  network.Add("self", {"self"});
  network.Add("one", {"two", "root"});
  network.Add("two", {"three"});
  network.Add("three", {"one"});
  network.Add("child", {"three"});
  network.Add("root");
  const Topology topology(network.list);
  CHECK(network.is_in_order(topology));
  CHECK(network.ParentsOf(topology, "self").empty());
  size_t links = 0;
  for (const char* id : {"one", "two", "three"}) links += network.ParentsOf(topology, id).size();
  CHECK(links == 3);  // of four
  CHECK(network.ParentsOf(topology, "child") == Ids{"three"});
}

TEST_CASE("a chain of ten thousand hosts is followed to its end", "[topology]") {
  Network network;
  for (size_t i = 0; i < kMaxHosts; ++i) network.Add(std::to_string(i), {std::to_string(i + 1)});
  const Topology topology(network.list);
  CHECK(network.is_in_order(topology));
  CHECK(topology.parents_first().front() == kMaxHosts - 1);
}

}  // namespace
}  // namespace linewatch
