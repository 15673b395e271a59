#include "store/alert.h"

#include <algorithm>
#include <unordered_set>

namespace linewatch {
namespace {

// In the order of AlertKind.
constexpr std::array<AlertTraits, kAlertKindNames.size()> kTraits = {{
    {0, "down", Trouble::kOutage, false},
    {5, "recovery", Trouble::kOutage, true},
    {1, "flapping", Trouble::kOutage, false},
    {6, "recovery", Trouble::kOutage, true},
    {2, "degraded", Trouble::kDegradation, false},
    {7, "recovery", Trouble::kDegradation, true},
    {3, "degraded", Trouble::kCertificate, false},
    {8, "recovery", Trouble::kCertificate, true},
    {4, "blind", Trouble::kBlindness, false},
    {4, "blind", Trouble::kBlindness, true},
    {4, "blind", Trouble::kUnwritable, false},
    {9, "recovery", Trouble::kUnwritable, true},
    {10, "test", Trouble::kNone, false},
}};

}  // namespace

const AlertTraits& TraitsOf(AlertKind kind) { return kTraits[static_cast<size_t>(kind)]; }

bool does_end(AlertKind end, AlertKind begin) {
  const AlertTraits &over = TraitsOf(end), &begun = TraitsOf(begin);
  if (!over.is_end || begun.is_end) return false;
  return begun.trouble == over.trouble || (begun.trouble == Trouble::kDegradation && over.trouble == Trouble::kOutage);
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
