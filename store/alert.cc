#include "store/alert.h"

#include <algorithm>

namespace linewatch {

std::string_view EventOf(AlertKind kind) {
  switch (kind) {
    case AlertKind::kStable:
    case AlertKind::kDegradedOver:
      return NameOf(AlertKind::kRecovery);
    default:
      return NameOf(kind);
  }
}

std::string_view EventOf(const Message& message) {
  constexpr std::array kGravestFirst = {AlertKind::kDown,         AlertKind::kFlapping, AlertKind::kDegraded,
                                        AlertKind::kBlind,        AlertKind::kRecovery, AlertKind::kStable,
                                        AlertKind::kDegradedOver, AlertKind::kTest};
  const auto gravest = std::find_if(kGravestFirst.begin(), kGravestFirst.end(), [&](AlertKind kind) {
    return std::any_of(message.alerts.begin(), message.alerts.end(), [&](const Alert& a) { return a.kind == kind; });
  });
  return EventOf(gravest == kGravestFirst.end() ? AlertKind::kTest : *gravest);
}

}  // namespace linewatch
