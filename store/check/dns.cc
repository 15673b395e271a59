// Name servers: one question, and what the answer must hold.
#include "store/check/shared_settings.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {
    kPort,
    {"query", &CheckSettings::query, R"({"type": "string", "maxLength": 253, "description": "a domain name"})"},
    {"record", &CheckSettings::record,
     R"({"enum": ["A", "AAAA", "MX", "TXT", "CNAME"], "description": "A, AAAA, MX, TXT or CNAME"})"},
    kExpect,
    kIpVersion,
};

void CheckDns(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) {
  CheckIpVersion(settings, service, wrong);
  if (!is_domain_name(service.query)) wrong("query", "expected the domain name to ask for");
}

std::string Question(const Host& host) {
  const CheckSettings& service = *host.check_settings;
  return std::to_string(PortOf(host.check, service)) + ' ' + CanonicalName(service.query) + ' ' + service.record +
         VersionText(service);
}

}  // namespace

constinit const CheckTraits kDnsCheck = {
    .usual_port = 53, .settings = kSettings, .check = CheckDns, .question = Question};

}  // namespace linewatch
