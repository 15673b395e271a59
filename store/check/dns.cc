// Name servers: one question, and what the answer must hold.
#include "store/check/shared_settings.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {
    kPort,
    {"query", &CheckSettings::query,
     R"({"type": "string", "maxLength": 253, "description": "a domain name, or with record PTR an address"})"},
    {"record", &CheckSettings::record,
     R"({"enum": ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"],
         "description": "A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT"})"},
    kExpect,
    kIpVersion,
};

void CheckDns(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) {
  CheckIpVersion(settings, service, wrong);
  // The root, and all names below another that have no records of their own (RFC 4592), can be asked for, too.
  std::string_view name = service.query;
  if (name.starts_with("*.")) name.remove_prefix(2);
  const bool is_name = name == "." || is_domain_name(name);
  const bool is_address = service.record == "PTR" && is_address_or_name(service.query);
  if (!is_name && !is_address) wrong("query", "expected the domain name to ask for, or with record PTR an address");
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
