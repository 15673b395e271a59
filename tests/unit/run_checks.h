// Checks by a prober, one of each target and all at once, as the thread that probes has them made.
#ifndef LINEWATCH_TESTS_UNIT_RUN_CHECKS_H_
#define LINEWATCH_TESTS_UNIT_RUN_CHECKS_H_

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "monitord/net/trust_store.h"
#include "monitord/probe/prober.h"
#include "monitord/probe/probers.h"

namespace linewatch {

inline std::vector<CheckResult> RunChecks(const std::function<std::unique_ptr<Prober>(Prober::Done)>& make,
                                          const std::vector<Target>& targets) {
  using std::chrono::steady_clock;
  std::vector<RoundTrip> round_trips(targets.size());
  std::vector<CheckResult> results(targets.size());
  std::vector<Check> checks;
  for (size_t i = 0; i < targets.size(); ++i) checks.push_back({&targets[i], &round_trips[i], &results[i], 0});
  size_t done = 0;
  const auto prober = make([&](const Check&) { ++done; });
  prober->Start(checks, steady_clock::now());
  const auto end = steady_clock::now() + std::chrono::seconds(10);
  for (auto now = steady_clock::now(); done < checks.size() && now < end; now = steady_clock::now()) {
    prober->Work(now);
    if (done == checks.size()) break;
    now = steady_clock::now();
    const auto wake = std::clamp<SteadyTime>(prober->wake_at(), now, now + std::chrono::seconds(1));
    std::vector<pollfd> waits;
    prober->AddWaits(waits);
    poll(waits.data(), waits.size(),
         static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wake - now).count()));
  }
  if (done != checks.size()) throw std::runtime_error("checks without an end");
  return results;
}

// By a kind's own maker, for a kind that has no inbox.
inline std::vector<CheckResult> RunChecks(std::unique_ptr<Prober> (*make)(Prober::Done, const ProberNeeds&),
                                          const std::vector<Target>& targets, const TrustStore& trust = {}) {
  return RunChecks([&](Prober::Done done) { return make(std::move(done), {trust, nullptr}); }, targets);
}

}  // namespace linewatch

#endif
