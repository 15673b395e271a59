// Services that take a connection, and perhaps say something first.
#include "store/check/shared_settings.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {kPort, kExpect, kIpVersion};

void CheckTcp(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) {
  CheckIpVersion(settings, service, wrong);
  if (!service.port) wrong("port", "expected a whole number from 1 to 65535");
}

std::string Question(const Host& host) {
  const CheckSettings& service = *host.check_settings;
  return std::to_string(PortOf(host.check, service)) + VersionText(service);
}

}  // namespace

constinit const CheckTraits kTcpCheck = {.settings = kSettings, .check = CheckTcp, .question = Question};

}  // namespace linewatch
