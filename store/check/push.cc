// Heartbeats: somebody calls, at least so often.
#include "store/check/shared_settings.h"
#include "store/cron_schedule.h"

namespace linewatch {
namespace {

constexpr CheckSetting kSettings[] = {
    kMaxAge,
    {"cron", &CheckSettings::cron, R"({"type": "string", "maxLength": 200,
        "description": "the five fields of a line of cron, such as 0 3 * * *, of at most 200 characters"})"},
    {"grace", &CheckSettings::grace, R"({"type": "number", "minimum": 1, "maximum": 31536000,
        "description": "a number of seconds from 1 to 31536000"})"},
};

void CheckPush(const rapidjson::Value&, const CheckSettings& service, const TellWrong& wrong) {
  if (!service.cron.empty() && !CronSchedule::Parse(service.cron.str()))
    wrong("cron", "expected the five fields of a line of cron, such as 0 3 * * * for every night at three");
}

}  // namespace

// Whoever waits for heartbeats is its own target.
constinit const CheckTraits kPushCheck = {
    .needs_address = false, .settings = kSettings, .check = CheckPush, .question = [](const Host& host) {
      return host.id;
    }};

}  // namespace linewatch
