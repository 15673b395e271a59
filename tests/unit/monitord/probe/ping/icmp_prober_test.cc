#include "monitord/probe/ping/icmp_prober.h"

#include <chrono>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/run_checks.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// One check of each address, all at once.
std::vector<CheckResult> Check(const std::vector<std::string>& addresses, uint8_t packets = 1) {
  std::vector<Target> targets(addresses.size());
  for (size_t i = 0; i < addresses.size(); ++i) {
    targets[i].name = addresses[i];
    targets[i].address = Address::Parse(addresses[i]).value();
    targets[i].timeout = 500ms;
    targets[i].retries = 2;
    targets[i].packets = packets;
  }
  return RunChecks([](Prober::Done done) { return std::make_unique<IcmpProber>(std::move(done)); }, targets);
}

// Whether this user may ping at all.
bool may_ping() {
  try {
    IcmpProber([](const linewatch::Check&) {});
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

TEST_CASE("this machine answers itself, and nothing has left it for that", "[icmp_prober]") {
  if (!may_ping()) SKIP("pings are not allowed here");
  for (const CheckResult& result : Check({"127.0.0.1", "127.9.8.7"})) {
    CHECK(result.ok);
    CHECK_FALSE(result.has_left);
    CHECK_FALSE(result.refused_here);
    CHECK(result.void_reason == VoidReason::kNone);
    CHECK(*result.rtt_ms < 500);
    CHECK_FALSE(result.loss_percent.has_value());
  }
}

TEST_CASE("several packets tell loss and jitter", "[icmp_prober]") {
  if (!may_ping()) SKIP("pings are not allowed here");
  const CheckResult result = Check({"127.0.0.1"}, 5)[0];
  CHECK(*result.loss_percent == 0);
  CHECK(*result.jitter_ms >= 0);
}

TEST_CASE("what this machine refuses to send has failed, and it is known who refused", "[icmp_prober]") {
  if (!may_ping()) SKIP("pings are not allowed here");
  const CheckResult result = Check({"127.255.255.255"})[0];  // a broadcast, without the permission for it
  CHECK_FALSE(result.ok);
  CHECK(result.refused_here);
  CHECK_FALSE(result.has_left);
  CHECK(result.void_reason == VoidReason::kNone);
  CHECK(std::string(result.reason) == "cannot send: Permission denied");
}

TEST_CASE("a check for whose name nobody was asked is void, not failed", "[icmp_prober]") {
  if (!may_ping()) SKIP("pings are not allowed here");
  Target target;
  target.name = std::string("localhost");
  target.timeout = 500ms;
  RoundTrip round_trip;
  CheckResult result;
  int done = 0;
  IcmpProber prober([&](const linewatch::Check&) { ++done; });
  const auto now = std::chrono::steady_clock::now();
  const linewatch::Check check{&target, &round_trip, &result, 0};
  const NoThreads none;
  prober.Start({&check, 1}, now);
  prober.Work(now + 499ms);
  CHECK(done == 0);
  prober.Work(now + 502ms);
  REQUIRE(done == 1);
  CHECK(result.void_reason == VoidReason::kNoLookUp);
}

}  // namespace
}  // namespace linewatch
