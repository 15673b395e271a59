// A channel as the delivery sees it: something that takes a message to people, by mail, a chat or a webhook.
#ifndef LINEWATCH_MONITORD_NOTIFY_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_NOTIFIER_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/alert.h"
#include "store/config.h"

namespace linewatch {

struct Delivery {
  enum class Result {
    kAccepted,  // by the server, for those of the recipients who are neither in `left` nor in `refused`
    kDeferred,  // not now: worth another try
    kRefused,   // this message for good: the same again would be refused again
  };
  Result result = Result::kDeferred;
  // The server's own words, on one line of at most 300 characters; or what went wrong before. Never a secret.
  std::string answer;
  // It failed when all of the message was on its way: it may have arrived, and only the same text may be sent again.
  bool may_have_arrived = false;
  // smtp with several recipients: those who are to be tried again, and those who were refused for good, as
  // "ADDRESS: answer".
  std::vector<std::string> left, refused;
  std::optional<std::chrono::seconds> retry_after;  // the server asks not to be asked before
  // The server says that a setting of the channel has another value from now on.
  struct Moved {
    std::string setting, from, to;
  };
  std::optional<Moved> moved = {};
};

// Its answer, and whom an accepted message has not reached for all that.
inline std::string WholeAnswer(const Delivery& delivery) {
  std::string text = delivery.answer;
  if (delivery.result != Delivery::Result::kAccepted) return text;
  for (const std::string& address : delivery.left) text += "; not yet to " + address;
  for (const std::string& refusal : delivery.refused) text += "; not to " + refusal;
  return text;
}

class Notifier {
 public:
  virtual ~Notifier() = default;

  // Blocks where a server is slow, kLongestStep at a time for one that speaks HTTP and longer for one of mail: see
  // SmtpPatience. What a server or the network does is an answer, never an exception.
  virtual Delivery Send(const Message& message) = 0;

  // From another thread: a Send under way, or to come, ends soon, as deferred.
  virtual void Cancel() = 0;

  static constexpr std::chrono::seconds kLongestStep{10};
};

// What there is to choose from: notifiers.h.
struct ChannelKind {
  std::string_view name;
  std::unique_ptr<Notifier> (*make)(const Config& config);
};

}  // namespace linewatch

#endif
