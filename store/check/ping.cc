// Echo requests: a host's own settings are all that it needs.
#include "store/check_traits.h"

namespace linewatch {

constinit const CheckTraits kPingCheck = {};

}  // namespace linewatch
