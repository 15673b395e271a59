#include "monitord/alert/alert_causes.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

using Names = std::vector<std::string>;

constexpr WallTime kDown{1763801000s};

// A list of hosts by name, each with its parents. All answered last a minute before kDown.
struct Network {
  explicit Network(const std::vector<std::pair<std::string, Names>>& hosts) {
    for (const auto& [name, parents] : hosts) {
      Host host;
      host.id = host.name = name;
      host.parents = parents;
      host.seen.last_good = kDown - 1min;
      list.hosts.push_back(host);
    }
  }
  Host& At(const std::string& name) {
    return *std::ranges::find_if(list.hosts, [&](const Host& host) { return host.name == name; });
  }
  Alert Filled(const std::string& name, AlertKind kind = AlertKind::kDown) {
    Alert alert;
    alert.kind = kind;
    alert.host = name;
    alert.since = kDown;
    alert.t = kDown + 1min;
    FillDependents(alert, static_cast<uint32_t>(&At(name) - list.hosts.data()), list, HostStates(list.hosts.size()),
                   Topology(list));
    return alert;
  }

  HostList list;
};

TEST_CASE("an outage names the hosts that have no way around it", "[alert_causes]") {
  Network network({{"core", {}},
                   {"other", {}},
                   {"switch", {"core"}},
                   {"b", {"switch"}},
                   {"a", {"switch"}},
                   {"twice", {"switch", "other"}},
                   {"apart", {}}});
  const Alert alert = network.Filled("core");
  CHECK(alert.dependents == Names{"a", "b", "switch"});
  CHECK(alert.dependents_count == 3);
  CHECK(network.Filled("apart").dependents_count == 0);
}

TEST_CASE("a host that answered while its parent did not is none of its dependents", "[alert_causes]") {
  Network network({{"core", {}}, {"a", {"core"}}, {"b", {"core"}}});
  network.At("b").seen.last_good = kDown + 10s;
  CHECK(network.Filled("core").dependents == Names{"a"});
}

TEST_CASE("a paused host is no dependent, and its parents count for it no more", "[alert_causes]") {
  Network network({{"core", {}}, {"a", {"core"}}, {"paused", {"core"}}, {"free", {"paused"}}});
  network.At("paused").enabled = false;
  CHECK(network.Filled("core").dependents == Names{"a"});
}

TEST_CASE("only an outage and its end have dependents", "[alert_causes]") {
  Network network({{"core", {}}, {"a", {"core"}}});
  for (const AlertKind kind :
       {AlertKind::kDown, AlertKind::kRecovery, AlertKind::kFlapping, AlertKind::kStable, AlertKind::kDegraded,
        AlertKind::kDegradedOver, AlertKind::kCertificate, AlertKind::kCertificateOver}) {
    INFO(NameOf(kind));
    const bool is_of_outage = kind == AlertKind::kDown || kind == AlertKind::kRecovery ||
                              kind == AlertKind::kFlapping || kind == AlertKind::kStable;
    CHECK(network.Filled("core", kind).dependents_count == (is_of_outage ? 1 : 0));
  }
}

TEST_CASE("of many dependents all are counted and the first by name are named", "[alert_causes]") {
  std::vector<std::pair<std::string, Names>> hosts = {{"core", {}}};
  for (int i = 0; i < 150; ++i) hosts.push_back({"host " + std::to_string(1000 + 149 - i), {"core"}});
  const Alert alert = Network(hosts).Filled("core");
  CHECK(alert.dependents_count == 150);
  REQUIRE(alert.dependents.size() == Alert::kMostDependents);
  CHECK(alert.dependents.front() == "host 1000");
  CHECK(alert.dependents.back() == "host 1099");
}

TEST_CASE("a host that comes back is not below one that goes down in the same message", "[alert_causes]") {
  Network network({{"core", {}}, {"a", {"core"}}, {"b", {"core"}}});
  std::vector<Alert> alerts = {network.Filled("a", AlertKind::kRecovery), network.Filled("b"), network.Filled("core")};
  for (Alert& alert : alerts) alert.name = alert.host;
  alerts[0].below = "what a message before said";
  OrderByCause(alerts, network.list, Topology(network.list));
  REQUIRE(alerts.size() == 3);
  CHECK(alerts[0].host == "core");
  CHECK(alerts[1].host == "b");
  CHECK(alerts[1].below == "core");
  CHECK(alerts[2].host == "a");
  CHECK(alerts[2].below.empty());
}

}  // namespace
}  // namespace linewatch
