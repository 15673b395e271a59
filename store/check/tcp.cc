// Services that take a connection, and perhaps say something first.
#include "store/check/shared_settings.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {kPort, kExpect};

void CheckTcp(const rapidjson::Value&, const CheckSettings& service, const TellWrong& wrong) {
  if (!service.port) wrong("port", "expected a whole number from 1 to 65535");
}

std::string Question(const Host& host) { return std::to_string(PortOf(host.check, *host.check_settings)); }

}  // namespace

constinit const CheckTraits kTcpCheck = {.settings = kSettings, .check = CheckTcp, .question = Question};

}  // namespace linewatch
