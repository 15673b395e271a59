#include "store/alert_result.h"

namespace linewatch {
namespace {

// In the order of AlertOutcome. What ends with a blank is followed by the detail.
constexpr std::array<std::string_view, kAlertOutcomeNames.size()> kTexts = {
    "", "logged", "sent", "sent, but not to ", "given up: ", "expired: ", "told with a later message", "test failed: "};

bool has_detail(std::string_view text) { return text.ends_with(' '); }

}  // namespace

std::string TextOf(const AlertResult& result) {
  return std::string(kTexts[static_cast<size_t>(result.outcome)]) + result.detail;
}

AlertResult ParseAlertResult(std::string_view text) {
  for (size_t i = 1; i < kTexts.size(); ++i) {
    const std::string_view begin = kTexts[i];
    if (has_detail(begin) ? text.starts_with(begin) : text == begin)
      return {static_cast<AlertOutcome>(i), std::string(text.substr(begin.size()))};
  }
  return {AlertOutcome::kOther, std::string(text)};
}

}  // namespace linewatch
