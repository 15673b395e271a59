// One event, one message: alerts that fall due within digest_window, "group alerts for", wait here and leave together.
// Pure.
#ifndef LINEWATCH_MONITORD_ALERT_DIGEST_H_
#define LINEWATCH_MONITORD_ALERT_DIGEST_H_

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitord/system/steady_time.h"
#include "monitord/verdict/topology.h"
#include "store/alert.h"
#include "store/host_list.h"

namespace linewatch {

class Digest {
 public:
  // The end of a condition replaces its beginning if that is still here, and is late then (Alert::is_late). A repeat
  // replaces what it repeats.
  void Add(Alert alert, SteadyTime now);

  // When the window closes that the first alert has opened; at once when kMost are here. Nothing while it is empty.
  std::optional<SteadyTime> due_at(std::chrono::milliseconds window) const;

  // All that is here, in the order of OrderByCause.
  std::vector<Alert> Take(const HostList& list, const Topology& topology);

  static constexpr size_t kMost = 20000;

 private:
  std::unordered_map<std::string, std::vector<Alert>> by_host_;  // each in the order of time
  size_t count_ = 0;
  SteadyTime opened_;
};

}  // namespace linewatch

#endif
