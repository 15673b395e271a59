#include "monitord/verdict/monitor_event_text.h"

#include <chrono>

#include "monitord/system/time_text.h"

namespace linewatch {

std::string TextOf(const MonitorEvent& event) {
  const auto length = [&] { return DurationText(std::chrono::abs(event.t - event.since)); };
  if (event.state == MonitorChange::kBlind)
    return "monitord is blind: hosts that do not answer are unknown, none is blamed";
  if (event.state == MonitorChange::kSight) return "monitord sees again, after " + length();
  if (event.state == MonitorChange::kLate)
    return "nobody watched for " + length() + ": the machine slept, or monitord was held up";
  if (event.state == MonitorChange::kClock)
    return "the clock was set " + std::string(event.t > event.since ? "forward" : "back") + " by " + length();
  return std::string(NameOf(event.state));
}

}  // namespace linewatch
