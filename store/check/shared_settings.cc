#include "store/check/shared_settings.h"

#include <string>

#include "store/json/json.h"
#include "store/json/json_field.h"
#include "store/text/network_name.h"

namespace linewatch {

void CheckField(const CheckSettings& settings, const TellWrong& wrong) {
  if (!settings.field.empty() && !is_json_field(settings.field.str()))
    wrong("field", "expected a field of JSON, such as a.b[0].c or /a/b/0/c");
  if (settings.min && settings.max && *settings.min > *settings.max) wrong("max", "expected at least min");
}

void CheckClientKey(const CheckSettings& settings, const TellWrong& wrong) {
  if (settings.client_cert.empty() && !settings.client_key.empty())
    wrong("client_cert", "expected the file of the certificate that client_key belongs to");
}

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
