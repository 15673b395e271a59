// What the checks of five minutes make of a step of the history. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_MEASUREMENTS_H_
#define LINEWATCH_MONITORD_VERDICT_MEASUREMENTS_H_

#include "monitord/probe/prober.h"
#include "monitord/verdict/host_state.h"
#include "store/history_log.h"
#include "store/host_list.h"

namespace linewatch {

// A check has ended that says something about the host: it was not void.
void Measure(OpenStep& step, const CheckResult& result);

// The step that began at `begin`, of all hosts, with the time up and down in it by their histories, until `now` if
// it is not over. Begins the next one in `states`, which are those of the list.
HistoryStep CloseStep(const HostList& list, HostStates& states, WallTime begin, WallTime now);

// When the step began that `t` lies in.
WallTime StepOf(WallTime t);

}  // namespace linewatch

#endif
