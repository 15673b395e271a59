#include "monitord/alert/digest.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1763801000s};
constexpr SteadyTime kBegin{1h};

// A list of hosts by name, each with its parents; and the digest of what befell them.
struct Site {
  explicit Site(const std::vector<std::pair<std::string, std::vector<std::string>>>& hosts) {
    for (const auto& [name, parents] : hosts) {
      Host host;
      host.id = host.name = name;
      host.parents = parents;
      list.hosts.push_back(host);
    }
  }
  void Add(AlertKind kind, const std::string& host, WallTime t = kNow, bool is_repeat = false) {
    Alert alert;
    alert.kind = kind;
    alert.t = t;
    alert.host = alert.name = host;
    alert.is_repeat = is_repeat;
    digest.Add(alert, kBegin + (t - kNow));
  }
  // "D router, D line<router": a host below another with the other's name.
  std::string Take() {
    std::string text;
    for (const Alert& alert : digest.Take(list, Topology(list))) {
      if (!text.empty()) text += ", ";
      text += std::string("DRFSdnBT").substr(static_cast<size_t>(alert.kind), 1) + " " + alert.name;
      if (!alert.below.empty()) text += "<" + alert.below;
      if (alert.is_late) text += " late";
    }
    return text;
  }

  HostList list;
  Digest digest;
};

TEST_CASE("a message goes when the window closes that its first alert has opened", "[digest]") {
  Site site({{"a", {}}, {"b", {}}});
  CHECK_FALSE(site.digest.due_at(10s));
  site.Add(AlertKind::kDown, "b");
  site.Add(AlertKind::kDown, "a", kNow + 9s);
  CHECK(site.digest.due_at(10s) == kBegin + 10s);
  CHECK(site.digest.due_at(0s) == kBegin);
  CHECK(site.Take() == "D a, D b");
  CHECK_FALSE(site.digest.due_at(10s));
  site.Add(AlertKind::kRecovery, "a", kNow + 1min);
  CHECK(site.digest.due_at(10s) == kBegin + 70s);
  CHECK(site.Take() == "R a");
}

TEST_CASE("the gravest comes first, of equals the root cause with the hosts below it", "[digest]") {
  Site site({{"line 2", {"router"}},
             {"router", {"core"}},
             {"core", {}},
             {"line 1", {"router"}},
             {"alone", {}},
             {"slow", {}},
             {"wild", {}},
             {"back", {"router"}}});
  site.Add(AlertKind::kDegraded, "slow");
  site.Add(AlertKind::kRecovery, "back");
  site.Add(AlertKind::kDown, "line 2");
  site.Add(AlertKind::kDown, "alone");
  site.Add(AlertKind::kFlapping, "wild");
  site.Add(AlertKind::kDown, "line 1");
  site.Add(AlertKind::kDown, "core");
  CHECK(site.Take() == "D core, D line 1<core, D line 2<core, D alone, F wild, d slow, R back");
}

TEST_CASE("who has another way that is well has a cause of its own", "[digest]") {
  Site site({{"one", {}}, {"two", {}}, {"both", {"one", "two"}}});
  site.Add(AlertKind::kDown, "one");
  site.Add(AlertKind::kDown, "both");
  CHECK(site.Take() == "D both, D one");
  for (const char* host : {"one", "both", "two"}) site.Add(AlertKind::kRecovery, host);
  CHECK(site.Take() == "R one, R both<one, R two");
}

TEST_CASE("a window that is longer than the cooldown has one alert for each host", "[digest]") {
  Site site({{"a", {}}, {"b", {}}});
  for (auto after = 0min; after < 60min; after += 1min) site.Add(AlertKind::kDown, "a", kNow + after, after > 0min);
  const auto alerts = site.digest.Take(site.list, Topology(site.list));
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].t == kNow + 59min);
  CHECK_FALSE(alerts[0].is_repeat);
}

TEST_CASE("a beginning and its end within one window are one late message", "[digest]") {
  Site site({{"a", {}}, {"b", {}}});
  site.Add(AlertKind::kDown, "a");
  site.Add(AlertKind::kRecovery, "a", kNow + 5s);
  site.Add(AlertKind::kDegraded, "b");
  site.Add(AlertKind::kDegradedOver, "b", kNow + 5s);
  CHECK(site.Take() == "R a late, n b late");

  site.Add(AlertKind::kRecovery, "a");  // of what people were notified of earlier
  site.Add(AlertKind::kDown, "a", kNow + 1s);
  CHECK(site.Take() == "D a, R a");

  site.Add(AlertKind::kDown, "a", kNow, true);
  site.Add(AlertKind::kRecovery, "a", kNow + 5s);
  CHECK(site.Take() == "R a");

  site.Add(AlertKind::kDegraded, "a");
  site.Add(AlertKind::kDown, "a", kNow + 1s);
  site.Add(AlertKind::kRecovery, "a", kNow + 2s);
  CHECK(site.Take() == "R a late");
}

TEST_CASE("a digest that is full waits no longer, and loses nothing", "[digest]") {
  Site site({{"a", {}}, {"b", {}}});
  for (size_t i = 0; i < Digest::kMost; ++i) {
    CHECK(site.digest.due_at(1h) == (i == 0 ? std::optional<SteadyTime>() : kBegin + 1h));
    site.Add(AlertKind::kBlind, "");
  }
  CHECK(site.digest.due_at(1h) == kBegin);
  CHECK(site.digest.Take(site.list, Topology(site.list)).size() == Digest::kMost);
}

}  // namespace
}  // namespace linewatch
