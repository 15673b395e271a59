#include "monitord/system/clock_watch.h"

#include <sys/timex.h>

#include "store/timeline.h"

namespace linewatch {

using std::chrono::microseconds;

std::optional<microseconds> ClockWatch::Look(const Moment& now) {
  const auto before = last_;
  last_ = now;
  if (!before) return std::nullopt;
  const auto step = (now.wall - before->wall) - std::chrono::duration_cast<microseconds>(now.boot - before->boot);
  if (step > -kStep && step < kStep) return std::nullopt;
  return step;
}

bool is_clock_synchronised() {
  timex clock{};
  return adjtimex(&clock) != TIME_ERROR;
}

void ShiftTimes(AlertState& alert, const std::function<void(WallTime&)>& shift) {
  for (WallTime* t : {&alert.told_outage, &alert.told_degraded, &alert.told_at, &alert.degraded_told_at,
                      &alert.degraded_since, &alert.last_unrest})
    shift(*t);
  for (WallTime& outage : alert.outages) shift(outage);
}

void ShiftTimes(HostList& list, WallTime since, microseconds step, WallTime now) {
  const WallTime by_old_clock = now - step;
  const auto shift = [&](WallTime& t) {
    if (t != kNever && t >= since && t <= by_old_clock) t += step;
  };
  for (Host& host : list.hosts) {
    Observation& seen = host.seen;
    for (WallTime* t : {&seen.fail_since, &seen.last_check, &seen.last_good, &seen.last_change, &seen.last_alert_time,
                        &seen.doubt_since, &seen.settled})
      shift(*t);
    if (host.acknowledged) shift(host.acknowledged->at);
    if (seen.alert) ShiftTimes(*seen.alert, shift);
    ShiftTimeline(seen.history, since, step, now);
  }
  for (Notice& notice : list.monitor.notices) shift(notice.since);
  shift(list.monitor.since);
  shift(list.updated);
}

}  // namespace linewatch
