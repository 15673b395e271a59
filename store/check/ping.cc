// Echo requests: a host's own settings are all that it needs, but for which of a name's addresses they go to.
#include "store/check/shared_settings.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {kIpVersion};

std::string Question(const Host& host) { return VersionText(*host.check_settings); }

}  // namespace

constinit const CheckTraits kPingCheck = {.settings = kSettings, .check = CheckIpVersion, .question = Question};

}  // namespace linewatch
