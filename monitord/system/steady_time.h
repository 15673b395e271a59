// Points on the steady clock: for measuring lengths and for waiting.
#ifndef LINEWATCH_MONITORD_SYSTEM_STEADY_TIME_H_
#define LINEWATCH_MONITORD_SYSTEM_STEADY_TIME_H_

#include <chrono>

namespace linewatch {

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace linewatch

#endif
