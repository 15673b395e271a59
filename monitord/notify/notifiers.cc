#include "monitord/notify/notifiers.h"

namespace linewatch {

std::vector<ChannelKind> ChannelKinds() {
  return {
#define LINEWATCH_CHANNEL(Name, name) {#name, Make##Name##Notifier},
      LINEWATCH_CHANNELS(LINEWATCH_CHANNEL)
#undef LINEWATCH_CHANNEL
  };
}

}  // namespace linewatch
