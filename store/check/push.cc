// Heartbeats: somebody calls, at least so often.
#include "store/check/shared_settings.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {kMaxAge};

}  // namespace

// Whoever waits for heartbeats is its own target.
constinit const CheckTraits kPushCheck = {
    .needs_address = false, .settings = kSettings, .question = [](const Host& host) { return host.id; }};

}  // namespace linewatch
