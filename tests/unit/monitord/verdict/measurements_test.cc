#include "monitord/verdict/measurements.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBegin{1763812800s};

CheckResult Answered(float rtt, std::optional<float> loss = std::nullopt) {
  CheckResult result;
  result.ok = true;
  result.rtt_ms = rtt;
  if (loss) result.loss_percent = *loss;
  return result;
}

struct OneHost {
  OneHost() {
    list.hosts.resize(1);
    list.hosts[0].id = std::string(1, 'a');
  }

  HistoryStep Close(WallTime begin, WallTime now) { return CloseStep(list, states, begin, now); }

  HostList list;
  HostStates states = HostStates(1);
};

TEST_CASE("a step has the least, the mean and the longest of the round trips, and the share that was lost",
          "[measurements]") {
  OneHost one;
  OpenStep& step = one.states[0].step;
  for (const float rtt : {10.0F, 20.0F, 60.0F}) Measure(step, Answered(rtt));
  Measure(step, CheckResult());
  const HistoryStep closed = one.Close(kBegin, kBegin + 5min);
  CHECK(closed.t == kBegin);
  CHECK(closed.hosts == std::vector<std::string>{"a"});
  CHECK(closed.measured[0].rtt_min == 10);
  CHECK(closed.measured[0].rtt_avg == 30);
  CHECK(closed.measured[0].rtt_max == 60);
  CHECK(closed.measured[0].loss == 25);
}

TEST_CASE("lost packets of a check that was answered count by their share", "[measurements]") {
  OneHost one;
  Measure(one.states[0].step, Answered(10, 50.0F));
  Measure(one.states[0].step, Answered(10, 0.0F));
  CHECK(one.Close(kBegin, kBegin + 5min).measured[0].loss == 25);
}

TEST_CASE("the next step begins with nothing", "[measurements]") {
  OneHost one;
  Measure(one.states[0].step, Answered(10));
  one.Close(kBegin, kBegin + 5min);
  const Measured next = one.Close(kBegin + 5min, kBegin + 10min).measured[0];
  CHECK(next.rtt_avg < 0);
  CHECK(next.loss < 0);
}

TEST_CASE("time up and down is that of the host's history, within the step", "[measurements]") {
  OneHost one;
  Timeline& history = one.states[0].history;
  AddStretch(history, kBegin - 1h, TimeKind::kUp);
  AddStretch(history, kBegin + 1min, TimeKind::kDown);
  AddStretch(history, kBegin + 3min, TimeKind::kMaintenance);
  AddStretch(history, kBegin + 4min, TimeKind::kUp);
  const Measured whole = one.Close(kBegin, kBegin + 6min).measured[0];
  CHECK(whole.up == 120);
  CHECK(whole.down == 120);
  // One that is cut short by the end of the run.
  CHECK(one.Close(kBegin, kBegin + 2min).measured[0].up == 60);
}

TEST_CASE("steps begin at every five minutes of the day", "[measurements]") {
  CHECK(StepOf(kBegin + 299s) == kBegin);
  CHECK(StepOf(kBegin + 300s) == kBegin + 5min);
}

}  // namespace
}  // namespace linewatch
