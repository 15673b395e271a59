#include "store/check/shared_settings.h"

#include <string>

#include "store/json/json.h"
#include "store/text/network_name.h"

namespace linewatch {

void CheckIpVersion(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) {
  const auto* ip = FindMember(settings, "ip");
  if (!service.ip_version || ip == nullptr || !ip->IsString()) return;
  const auto text = StringOf(*ip);
  if (is_domain_name(text) || !is_address_or_name(text)) return;
  const int version = text.find(':') == std::string_view::npos ? 4 : 6;
  if (*service.ip_version != version)
    wrong("ip_version",
          "expected " + std::to_string(version) + " or null, as the address is one of IPv" + std::to_string(version));
}

std::string VersionText(const CheckSettings& service) {
  return service.ip_version ? " IPv" + std::to_string(*service.ip_version) : "";
}

}  // namespace linewatch
