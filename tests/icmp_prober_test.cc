#include "monitord/icmp_prober.h"

#include <poll.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "tests/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// One check of each address, all at once.
std::vector<CheckResult> Check(const std::vector<std::string>& addresses, uint8_t packets = 1) {
  std::vector<Target> targets(addresses.size());
  std::vector<RoundTrip> lines(addresses.size());
  std::vector<CheckResult> results(addresses.size());
  std::vector<linewatch::Check> checks;
  for (size_t i = 0; i < addresses.size(); ++i) {
    targets[i].name = addresses[i];
    targets[i].address = Address::Parse(addresses[i]).value();
    targets[i].timeout = 500ms;
    targets[i].retries = 2;
    targets[i].packets = packets;
    checks.push_back({&targets[i], &lines[i], &results[i], 0});
  }
  size_t done = 0;
  IcmpProber prober([&](const linewatch::Check&) { ++done; });
  prober.Start(checks, std::chrono::steady_clock::now());
  const auto end = std::chrono::steady_clock::now() + 5s;
  for (auto now = std::chrono::steady_clock::now(); done < checks.size() && now < end;) {
    prober.Work(now);
    now = std::chrono::steady_clock::now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::min(prober.wake_at(), now + 1s) - now);
    std::vector<pollfd> waits;
    prober.AddWaits(waits);
    if (done < checks.size()) poll(waits.data(), waits.size(), std::max(0, static_cast<int>(wait.count())));
    now = std::chrono::steady_clock::now();
  }
  REQUIRE(done == checks.size());
  return results;
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
  if (!may_ping()) return;
  for (const CheckResult& result : Check({"127.0.0.1", "127.9.8.7"})) {
    CHECK(result.ok);
    CHECK_FALSE(result.has_left);
    CHECK_FALSE(result.refused_here);
    CHECK(result.flaw == Flaw::kNone);
    CHECK(*result.rtt_ms < 500);
    CHECK_FALSE(result.loss_percent.has_value());
  }
}

TEST_CASE("several packets tell loss and jitter", "[icmp_prober]") {
  if (!may_ping()) return;
  const CheckResult result = Check({"127.0.0.1"}, 5)[0];
  CHECK(*result.loss_percent == 0);
  CHECK(*result.jitter_ms >= 0);
}

TEST_CASE("what this machine refuses to send has failed, and it is known who refused", "[icmp_prober]") {
  if (!may_ping()) return;
  const CheckResult result = Check({"127.255.255.255"})[0];  // a broadcast, without the permission for it
  CHECK_FALSE(result.ok);
  CHECK(result.refused_here);
  CHECK_FALSE(result.has_left);
  CHECK(result.flaw == Flaw::kNone);
  CHECK(std::string(result.reason) == "cannot send: Permission denied");
}

}  // namespace
}  // namespace linewatch
