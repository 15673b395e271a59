#include "store/parents.h"

#include <algorithm>
#include <random>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Names = std::vector<std::string>;

// "a:b,c" is host a, whose parents are b and c.
std::vector<Host> Hosts(const Names& lines) {
  std::vector<Host> hosts;
  for (const std::string& line : lines) {
    Host& host = hosts.emplace_back();
    host.id = line.substr(0, line.find(':'));
    for (size_t at = line.find(':'); at < line.size(); at = line.find(',', at + 1))
      host.parents.push_back(line.substr(at + 1, line.find(',', at + 1) - at - 1));
  }
  return hosts;
}

std::vector<const Host*> Pointers(const std::vector<Host>& hosts) {
  std::vector<const Host*> pointers;
  pointers.reserve(hosts.size());
  for (const Host& host : hosts) pointers.push_back(&host);
  return pointers;
}

Names CirclesOf(const Names& lines) {
  const auto hosts = Hosts(lines);
  Names circles;
  for (const Circular& circular : FindCircles(Pointers(hosts)))
    circles.push_back(circular.host->id + " through " + circular.parent->id);
  return circles;
}

// The links of `links` as "a:b", host by host.
Names LinksOf(const ParentLinks& links, const std::vector<Host>& hosts) {
  Names names;
  for (uint32_t host = 0; host < links.size(); ++host)
    for (const uint32_t parent : links.Of(host)) names.push_back(hosts[host].id + ":" + hosts[parent].id);
  return names;
}

TEST_CASE("a host has the parents that are there, and of enabled ones if asked", "[parents]") {
  auto hosts = Hosts({"a:b,c,gone", "b", "c:b"});
  hosts[1].enabled = false;
  const auto pointers = Pointers(hosts);
  CHECK(LinksOf({pointers, ParentLinks::Parents::kAll}, hosts) == Names{"a:b", "a:c", "c:b"});
  CHECK(LinksOf({pointers, ParentLinks::Parents::kEnabled}, hosts) == Names{"a:c"});
  CHECK(ParentLinks().size() == 0);
}

TEST_CASE("hosts in a circle are found, and which of their parents is in it", "[parents]") {
  CHECK(CirclesOf({"a:b", "b:c", "c"}).empty());
  CHECK(CirclesOf({"a:b,c", "b:d", "c:d", "d"}).empty());
  CHECK(CirclesOf({"a:a"}) == Names{"a through a"});
  CHECK(CirclesOf({"a:x,b", "b:c", "c:a", "x"}) == Names{"a through b", "b through c", "c through a"});
}

TEST_CASE("who only leads to a circle, or lies between two, is in none", "[parents]") {
  CHECK(CirclesOf({"a:b", "b:a", "below:a", "top", "c:top"}) == Names{"a through b", "b through a"});
  CHECK(CirclesOf({"a:b", "b:a", "between:a", "c:d,between", "d:c"}) ==
        Names{"a through b", "b through a", "c through d", "d through c"});
}

TEST_CASE("without the links that close a circle every host comes after its parents", "[parents]") {
  std::mt19937 random(7);
  for (int run = 0; run < 300; ++run) {
    const auto count = 1 + random() % 12;
    Names lines;
    for (size_t i = 0; i < count; ++i) {
      std::string line(1, static_cast<char>('a' + i));
      for (size_t k = random() % 3; k > 0; --k)
        line += (line.size() == 1 ? ":" : ",") + std::string(1, static_cast<char>('a' + random() % count));
      lines.push_back(line);
    }
    const auto hosts = Hosts(lines);
    const auto pointers = Pointers(hosts);
    ParentLinks links(pointers, ParentLinks::Parents::kAll);
    const bool has_circle = !FindCircles(pointers).empty();
    const auto walk = links.WalkUp();
    CAPTURE(run, lines);
    const auto closing = std::count(walk.closes_circle.begin(), walk.closes_circle.end(), true);
    CHECK((closing > 0) == has_circle);
    links.Drop(walk.closes_circle);
    REQUIRE(walk.parents_first.size() == count);
    std::vector<bool> was(count);
    for (const uint32_t host : walk.parents_first) {
      for (const uint32_t parent : links.Of(host)) CHECK(was[parent]);
      CHECK(!was[host]);
      was[host] = true;
    }
  }
}

TEST_CASE("a chain of ten thousand hosts is walked up without a stack of calls", "[parents]") {
  std::vector<Host> hosts(10000);
  for (size_t i = 0; i < hosts.size(); ++i) {
    hosts[i].id = std::to_string(i);
    hosts[i].parents = {std::to_string((i + 1) % hosts.size())};
  }
  CHECK(FindCircles(Pointers(hosts)).size() == hosts.size());
}

}  // namespace
}  // namespace linewatch
