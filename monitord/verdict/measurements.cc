#include "monitord/verdict/measurements.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace linewatch {
namespace {

constexpr auto kStep = std::chrono::seconds(300);

float SecondsOf(std::chrono::microseconds time) { return std::chrono::duration<float>(time).count(); }

}  // namespace

WallTime StepOf(WallTime t) {
  return WallTime(std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()) / kStep * kStep);
}

void Measure(OpenStep& step, const CheckResult& result) {
  if (step.checks == UINT16_MAX) return;
  ++step.checks;
  step.loss_sum += result.ok ? result.loss_percent.value_or(0) : 100;
  if (!result.ok || !result.rtt_ms) return;
  const float rtt = *result.rtt_ms;
  step.rtt_min = step.answered == 0 ? rtt : std::min(step.rtt_min, rtt);
  step.rtt_max = std::max(step.rtt_max, rtt);
  step.rtt_sum += rtt;
  ++step.answered;
}

HistoryStep CloseStep(const HostList& list, HostStates& states, WallTime begin, WallTime now) {
  HistoryStep closed{begin, {}, {}};
  closed.hosts.reserve(list.hosts.size());
  closed.measured.reserve(list.hosts.size());
  for (size_t i = 0; i < list.hosts.size(); ++i) {
    const OpenStep step = std::exchange(states[i].step, OpenStep());
    const TimeByKind time = TimeWithin(states[i].history, begin, std::min(begin + kStep, now));
    Measured measured;
    if (step.answered > 0) {
      measured.rtt_min = step.rtt_min;
      measured.rtt_avg = step.rtt_sum / static_cast<float>(step.answered);
      measured.rtt_max = step.rtt_max;
    }
    if (step.checks > 0) measured.loss = step.loss_sum / static_cast<float>(step.checks);
    measured.up = SecondsOf(Of(time, TimeKind::kUp));
    measured.down = SecondsOf(Of(time, TimeKind::kDown));
    closed.hosts.push_back(list.hosts[i].id);
    closed.measured.push_back(measured);
  }
  return closed;
}

}  // namespace linewatch
