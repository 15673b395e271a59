#include "monitord/verdict/snapshot.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1763800000s};

TEST_CASE("a snapshot says of every host what is known of it", "[snapshot]") {
  HostList list;
  list.hosts.resize(2);
  HostStates states(2);
  Host& down = list.hosts[0];
  down.id = "a";
  down.name = "Town Hall";
  down.customer = "Town";
  down.sla_percent = 99.5;
  down.seen.status = Status::kUnreachable;
  down.seen.fail_since = kNow - 1h;
  down.seen.last_change = kNow - 10min;
  down.seen.reason = "no answer";
  down.seen.in_maintenance = true;
  states[0].is_outage = true;
  list.hosts[1].id = "b";
  list.hosts[1].seen.status = Status::kUp;
  list.hosts[1].seen.last_change = kNow - 20min;

  const HostsEvent event = SnapshotOf(list, states, kNow);
  CHECK(event.t == kNow);
  REQUIRE(event.hosts.size() == 2);
  const HostSnapshot& first = event.hosts[0];
  CHECK(first.id == "a");
  CHECK(first.name == "Town Hall");
  CHECK(first.customer == "Town");
  CHECK(first.sla_percent == 99.5);
  CHECK(first.status == Status::kUnreachable);
  CHECK(first.since == kNow - 1h);  // since it fails, whatever it was called meanwhile
  CHECK(first.reason == "no answer");
  CHECK(first.outage);
  CHECK(first.in_maintenance);
  CHECK(event.hosts[1].since == kNow - 20min);
  CHECK_FALSE(event.hosts[1].outage);
}

}  // namespace
}  // namespace linewatch
