#include "monitord/probe/inbound/inbound_prober.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("every check is answered at once by what came in last", "[inbound_prober]") {
  constexpr SteadyTime kStart{1000h};
  std::vector<Target> targets(4);
  for (size_t i = 0; i < targets.size(); ++i) {
    targets[i].id = std::string(1, static_cast<char>('a' + i));
    targets[i].kind = CheckKind::kPush;
    targets[i].check_settings = CheckSettings{};
  }
  targets[3].check_settings->max_age = 1s;
  const auto inbox = std::make_shared<Inbox>();
  inbox->Watch(targets, kStart);
  inbox->Put("a", {kStart, true, "", 7.5F});
  inbox->Put("b", {kStart, false, "reported down", {}});

  std::vector<CheckResult> results(targets.size());
  std::vector<RoundTrip> round_trips(targets.size());
  std::vector<Check> checks;
  for (size_t i = 0; i < targets.size(); ++i) checks.push_back({&targets[i], &round_trips[i], &results[i], 0});
  size_t done = 0;
  InboundProber prober(inbox, [&](const Check&) { ++done; });
  prober.Start(checks, kStart + 2s);

  CHECK(done == targets.size());
  for (const CheckResult& result : results) {
    CHECK(result.sent == kStart + 2s);
    CHECK(result.void_reason == VoidReason::kNone);
    CHECK_FALSE(result.has_left);
  }
  CHECK(results[0].ok);
  CHECK(*results[0].rtt_ms == 7.5F);
  CHECK_FALSE(results[1].ok);
  CHECK_FALSE(results[1].is_open);
  CHECK(static_cast<const std::string&>(results[1].reason) == "reported down");
  CHECK(results[2].is_open);
  CHECK_FALSE(results[3].is_open);
  CHECK(static_cast<const std::string&>(results[3].reason) == "no heartbeat in 2 s of watching");
  CHECK(prober.wake_at() == SteadyTime::max());
}

}  // namespace
}  // namespace linewatch
