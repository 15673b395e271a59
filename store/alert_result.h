// What became of a message at a channel: one word for programs, and the rest for people. In events/ both are one text,
// `result`.
#ifndef LINEWATCH_STORE_ALERT_RESULT_H_
#define LINEWATCH_STORE_ALERT_RESULT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace linewatch {

enum class AlertOutcome : uint8_t {
  kOther,       // a text that this version does not know
  kLogged,      // no channel is set up: it stands in the log alone
  kSent,        // everybody has it
  kPartlySent,  // some of the recipients have it
  kGivenUp,     // it is not tried any more
  kExpired,     // it was tried for too long
  kSuperseded,  // a later message says it, too
  kTestFailed,  // a test message that did not arrive
};
// As the API has them.
inline constexpr std::array<std::string_view, 8> kAlertOutcomeNames = {
    "other", "logged", "sent", "partly_sent", "given_up", "expired", "superseded", "test_failed"};
inline std::string_view NameOf(AlertOutcome outcome) { return kAlertOutcomeNames[static_cast<size_t>(outcome)]; }

struct AlertResult {
  AlertOutcome outcome = AlertOutcome::kOther;
  // kPartlySent: "ADDRESS: why" of those who have not got it. kGivenUp, kExpired, kTestFailed: why, mostly in the
  // server's own words. kOther: the whole text. Else empty.
  std::string detail = {};

  bool operator==(const AlertResult&) const = default;
};

// "given up: 550 no such user", and back again.
std::string TextOf(const AlertResult& result);
AlertResult ParseAlertResult(std::string_view text);

}  // namespace linewatch

#endif
