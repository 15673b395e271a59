#include "store/alert.h"

#include <algorithm>
#include <unordered_set>

namespace linewatch {
namespace {

// In the order of AlertKind.
constexpr std::array<AlertTraits, kAlertKindNames.size()> kTraits = {{
    {0, "down", Condition::kOutage, false},
    {5, "recovery", Condition::kOutage, true},
    {1, "flapping", Condition::kOutage, false},
    {6, "recovery", Condition::kOutage, true},
    {2, "degraded", Condition::kDegradation, false},
    {7, "recovery", Condition::kDegradation, true},
    {3, "degraded", Condition::kCertificate, false},
    {8, "recovery", Condition::kCertificate, true},
    {4, "blind", Condition::kBlindness, false},
    {4, "blind", Condition::kBlindness, true},
    {4, "blind", Condition::kUnwritable, false},
    {9, "recovery", Condition::kUnwritable, true},
    {10, "test", Condition::kNone, false},
}};

}  // namespace

const AlertTraits& TraitsOf(AlertKind kind) { return kTraits[static_cast<size_t>(kind)]; }

bool does_end(AlertKind end, AlertKind begin) {
  const AlertTraits &over = TraitsOf(end), &begun = TraitsOf(begin);
  if (!over.is_end || begun.is_end) return false;
  return begun.condition == over.condition ||
         (begun.condition == Condition::kDegradation && over.condition == Condition::kOutage);
}

std::string_view EventOf(const Message& message) {
  const auto gravest = std::min_element(
      message.alerts.begin(), message.alerts.end(),
      [](const Alert& a, const Alert& b) { return TraitsOf(a.kind).gravity < TraitsOf(b.kind).gravity; });
  return TraitsOf(gravest == message.alerts.end() ? AlertKind::kTest : gravest->kind).event;
}

std::vector<std::string> HostsOf(const Message& message) {
  std::vector<std::string> ids;
  std::unordered_set<std::string_view> seen;
  for (const Alert& alert : message.alerts)
    if (!alert.host.empty() && seen.insert(alert.host).second) ids.push_back(alert.host);
  return ids;
}

}  // namespace linewatch
