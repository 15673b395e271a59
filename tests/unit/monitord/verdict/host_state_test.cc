#include "monitord/verdict/host_state.h"

#include "store/host_list.h"
#include "tests/unit/catch.h"
#include "tests/unit/clock_times.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("no time that monitord remembers of a host is forgotten when the clock is set", "[host_state]") {
  HostState state;
  auto& [is_outage, beyond_limits, certificate_ending, void_checks, confirmed_failures, step, unconfirmed_since,
         settled_at, history] = state;
  CHECK(TimesThatStay(state, is_outage, beyond_limits, certificate_ending, void_checks, confirmed_failures, step,
                      unconfirmed_since, settled_at, history) == 0);
}

TEST_CASE("of what hosts.json shows, only the day of a warning stays when the clock is set", "[host_state]") {
  Observation seen;
  auto& [status, status_current, fail_count, fail_since, last_check, last_good, last_change, last_alert_time, reason,
         rtt_ms, loss_percent, jitter_ms, uptime, trail, in_maintenance, cert_warned, details] = seen;
  CHECK(TimesThatStay(seen, status, status_current, fail_count, fail_since, last_check, last_good, last_change,
                      last_alert_time, reason, rtt_ms, loss_percent, jitter_ms, uptime, trail, in_maintenance,
                      cert_warned, details) == 1);
}

TEST_CASE("the times of the list and of the monitor go with the clock, and so do acknowledgements", "[host_state]") {
  HostList list;
  auto& [updated, interval, revision, monitor, hosts, unknown_members] = list;
  CHECK(TimesThatStay(list, updated, interval, revision, monitor, hosts, unknown_members) == 0);
  auto& [state, since, cycle, version, notices, late_ms, voided] = monitor;
  CHECK(TimesThatStay(monitor, state, since, cycle, version, notices, late_ms, voided) == 0);

  const WallTime before{1763800000s};
  notices.push_back({"disk_full", "", before});
  hosts.resize(1);
  hosts[0].acknowledged = Acknowledgement{"alice", before, ""};
  hosts[0].seen.fail_since = before;
  ForEachClockTime(list, [](WallTime& t) { t += 1h; });
  CHECK(notices[0].since == before + 1h);
  CHECK(hosts[0].acknowledged->at == before + 1h);
  CHECK(hosts[0].seen.fail_since == before + 1h);
}

TEST_CASE("an acknowledgement is over with a host that is up, and with the outage in which it was written",
          "[host_state]") {
  const WallTime written{1763800000s};
  const Acknowledgement acknowledgement{"alice", written, ""};
  Observation seen;
  HostState state;
  seen.status = Status::kDown;
  seen.last_good = written - 1h;
  CHECK_FALSE(is_over_by_state(acknowledgement, seen, state));

  SECTION("up") {
    seen.status = Status::kUp;
    seen.last_good = written + 1min;
    CHECK(is_over_by_state(acknowledgement, seen, state));
  }
  SECTION("degraded, but back from the outage") {
    seen.status = Status::kDegraded;
    seen.last_good = written + 1min;
    CHECK_FALSE(is_over_by_state(acknowledgement, seen, state));
    state.settled_at = written + 1min;
    CHECK(is_over_by_state(acknowledgement, seen, state));
  }
  SECTION("down again since") {
    state.settled_at = written + 1min;
    CHECK(is_over_by_state(acknowledgement, seen, state));
  }
}

}  // namespace
}  // namespace linewatch
