// Who sends by each channel: MakeSmtpNotifier and so on, each in the file of its notifier.
#ifndef LINEWATCH_MONITORD_NOTIFY_NOTIFIERS_H_
#define LINEWATCH_MONITORD_NOTIFY_NOTIFIERS_H_

#include <memory>
#include <vector>

#include "monitord/notify/notifier.h"
#include "store/channel.h"

namespace linewatch {

#define LINEWATCH_CHANNEL(Name, name) std::unique_ptr<Notifier> Make##Name##Notifier(const Config& config);
LINEWATCH_CHANNELS(LINEWATCH_CHANNEL)
#undef LINEWATCH_CHANNEL

// One for each channel there is, in the order of Channel.
std::vector<ChannelKind> ChannelKinds();

}  // namespace linewatch

#endif
