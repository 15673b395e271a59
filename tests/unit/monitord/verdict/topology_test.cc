#include "monitord/verdict/topology.h"

#include <algorithm>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

HostList ListOf(const std::vector<std::vector<std::string>>& parents) {
  HostList list;
  for (size_t i = 0; i < parents.size(); ++i) {
    Host& host = list.hosts.emplace_back();
    host.id = std::string(1, static_cast<char>('a' + i));
    host.parents = parents[i];
  }
  return list;
}

TEST_CASE("a paused parent is none, for it says nothing of who is reached through it", "[topology]") {
  HostList list = ListOf({{"b", "c"}, {}, {}});
  list.hosts[1].enabled = false;
  const Topology topology(list);
  REQUIRE(topology.ParentsOf(0).size() == 1);
  CHECK(topology.ParentsOf(0)[0] == 2);
  CHECK(topology.is_parent(2));
  CHECK(!topology.is_parent(1));
  CHECK(!topology.is_parent(0));
}

TEST_CASE("a circle that somebody has written into hosts.json by hand ends somewhere", "[topology]") {
  const Topology topology(ListOf({{"b"}, {"c"}, {"a"}, {"a", "d"}}));
  size_t links = 0;
  for (uint32_t host = 0; host < 3; ++host) links += topology.ParentsOf(host).size();
  CHECK(links == 2);
  REQUIRE(topology.ParentsOf(3).size() == 1);
  CHECK(topology.ParentsOf(3)[0] == 0);
  const auto& order = topology.parents_first();
  REQUIRE(order.size() == 4);
  for (uint32_t host = 0; host < 4; ++host)
    for (const uint32_t parent : topology.ParentsOf(host))
      CHECK(std::find(order.begin(), order.end(), parent) < std::find(order.begin(), order.end(), host));
}

}  // namespace
}  // namespace linewatch
