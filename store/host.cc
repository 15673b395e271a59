#include "store/host.h"

#include "store/check_traits.h"
#include "store/text/network_name.h"
#include "store/text/random_name.h"

namespace linewatch {

TimeKind TimeKindOf(Status status, bool in_maintenance) {
  const bool is_watched = status != Status::kPending && status != Status::kPaused;
  if (in_maintenance && is_watched) return TimeKind::kMaintenance;
  switch (status) {
    case Status::kUp:
    case Status::kDegraded:
      return TimeKind::kUp;
    case Status::kFailing:
    case Status::kDown:
      return TimeKind::kDown;
    case Status::kUnreachable:
      return TimeKind::kUpstream;
    case Status::kUnknown:
      return TimeKind::kBlind;
    case Status::kPaused:
      return TimeKind::kPaused;
    case Status::kPending:
      return TimeKind::kOff;
  }
  return TimeKind::kOff;
}

std::string TargetOf(const Host& host) {
  std::string target = std::string(NameOf(host.check)) + ' ' + CanonicalName(host.ip);
  const auto question = TraitsOf(host.check).question;
  if (host.check_settings && question != nullptr) target += ' ' + question(host);
  return target;
}

int PortOf(CheckKind check, const CheckSettings& service) { return service.port.value_or(TraitsOf(check).usual_port); }

const std::string& AddressText(const Host& host) {
  const CheckSetting* target = TraitsOf(host.check).target;
  if (!host.ip.empty() || !host.check_settings || target == nullptr) return host.ip;
  return (*host.check_settings).*std::get<std::string CheckSettings::*>(target->member);
}

std::string NewHostId() { return RandomName(10); }
bool is_host_id(std::string_view text) { return is_random_name(text, 32); }

}  // namespace linewatch
