#include "monitord/verdict/host_state.h"

#include "store/host_list.h"

namespace linewatch {

bool is_over_by_state(const Acknowledgement& acknowledgement, const Observation& seen, const HostState& state) {
  return acknowledgement.at <= state.settled_at || is_over_by_list(acknowledgement, seen);
}

}  // namespace linewatch
