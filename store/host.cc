#include "store/host.h"

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
  if (!host.service) return target;
  const Service& service = *host.service;
  const auto add = [&target](const std::string& part) { target += ' ' + part; };
  switch (host.check) {
    case CheckKind::kPing:
      break;
    case CheckKind::kHttp:
      add(service.url);
      add(service.method);
      if (service.ip_version) add("IPv" + std::to_string(*service.ip_version));
      if (service.keyword) add('"' + *service.keyword);
      break;
    case CheckKind::kTls:
      add(CanonicalName(service.server_name));
      [[fallthrough]];
    case CheckKind::kTcp:
      add(std::to_string(PortOf(host.check, service)));
      break;
    case CheckKind::kDns:
      add(std::to_string(PortOf(host.check, service)));
      add(CanonicalName(service.query));
      add(service.record);
      break;
    case CheckKind::kMqtt:
      add(service.topic);
      break;
    case CheckKind::kPush:
      add(host.id);
      break;
  }
  return target;
}

int PortOf(CheckKind check, const Service& service) {
  return service.port.value_or(check == CheckKind::kDns ? 53 : 443);
}

const std::string& AddressText(const Host& host) {
  if (!host.ip.empty() || !host.service) return host.ip;
  return host.check == CheckKind::kMqtt ? host.service->topic : host.service->url;
}

std::string NewHostId() { return RandomName(10); }
bool is_host_id(std::string_view text) { return is_random_name(text, 32); }

}  // namespace linewatch
