#include "monitord/alert/digest.h"

#include <utility>

#include "monitord/alert/alert_causes.h"

namespace linewatch {

void Digest::Add(Alert alert, SteadyTime now) {
  if (count_ == 0) opened_ = now;
  auto& alerts = by_host_[alert.host];
  count_ -= std::erase_if(alerts, [&](const Alert& begin) {
    if (alert.is_repeat && begin.kind == alert.kind) {
      alert.is_repeat = begin.is_repeat;
      return true;
    }
    if (!does_end(alert.kind, begin.kind)) return false;
    // A recovery covers the degradation before the outage, but is not late for it.
    const bool is_its_own = TraitsOf(begin.kind).condition == TraitsOf(alert.kind).condition;
    if (is_its_own && !begin.is_repeat) alert.is_late = true;
    return true;
  });
  alerts.push_back(std::move(alert));
  ++count_;
}

std::optional<SteadyTime> Digest::due_at(std::chrono::milliseconds window) const {
  if (count_ == 0) return std::nullopt;
  return count_ < kMost ? opened_ + window : opened_;
}

std::vector<Alert> Digest::Take(const HostList& list, const Topology& topology) {
  std::vector<Alert> all;
  all.reserve(count_);
  for (auto& [host, alerts] : by_host_)
    for (Alert& alert : alerts) all.push_back(std::move(alert));
  by_host_.clear();
  count_ = 0;
  OrderByCause(all, list, topology);
  return all;
}

}  // namespace linewatch
