#include "monitord/verdict/host_state.h"

#include "store/host_list.h"

namespace linewatch {

bool is_over(const Acknowledgement& acknowledgement, const Observation& seen, const HostState& state) {
  return acknowledgement.at <= state.settled_at || is_over(acknowledgement, seen);
}

}  // namespace linewatch
