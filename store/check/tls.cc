// Certificates of any server that speaks TLS.
#include "store/check/shared_settings.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {
    {"server_name", &CheckSettings::server_name,
     R"({"type": "string", "maxLength": 253, "description": "an IPv4 or IPv6 address or a domain name"})"},
    kPort,
    {"starttls", &CheckSettings::starttls,
     R"({"enum": ["none", "auto", "smtp", "imap", "pop3", "ftp", "postgres", "xmpp", "ldap"],
         "description": "none, auto, smtp, imap, pop3, ftp, postgres, xmpp or ldap"})"},
    kIpVersion,
    kVerifyTls,
    kWarnDays,
    kClientCert,
    kClientKey,
};

void CheckTls(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) {
  CheckIpVersion(settings, service, wrong);
  if (!service.server_name.empty() && !is_address_or_name(service.server_name))
    wrong("server_name", "expected an IPv4 or IPv6 address or a domain name");
  CheckClientKey(service, wrong);
}

std::string Question(const Host& host) {
  return CanonicalName(host.check_settings->server_name) + ' ' +
         std::to_string(PortOf(host.check, *host.check_settings)) + VersionText(*host.check_settings);
}

}  // namespace

constinit const CheckTraits kTlsCheck = {
    .usual_port = 443, .settings = kSettings, .check = CheckTls, .question = Question};

}  // namespace linewatch
