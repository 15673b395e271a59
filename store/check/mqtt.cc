// Messages that come in by MQTT, through the broker of config.json.
#include "store/check/shared_settings.h"

namespace linewatch {
namespace {

constexpr CheckSetting kTopic{"topic", &CheckSettings::topic,
                              R"({"type": "string", "maxLength": 1000,
        "description": "a topic of MQTT of at most 1000 characters, perhaps with + and # as wildcards"})"};

constexpr CheckSetting kSettings[] = {
    kTopic, kMaxAge, kField, kExpect, kMin, kMax,
};

// Section 4.7 of MQTT 3.1.1: + stands for one whole level, # for all that follow.
bool is_topic_filter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_level_begin = i == 0 || text[i - 1] == '/', is_last = i + 1 == text.size();
    if (text[i] == '+' && !(is_level_begin && (is_last || text[i + 1] == '/'))) return false;
    if (text[i] == '#' && !(is_level_begin && is_last)) return false;
  }
  return !text.empty();
}

void CheckMqtt(const rapidjson::Value&, const CheckSettings& service, const TellWrong& wrong) {
  if (!is_topic_filter(service.topic))
    wrong("topic", "expected a topic of MQTT, such as hall/3/temperature, perhaps with + and # as wildcards");
  CheckField(service, wrong);
}

}  // namespace

constinit const CheckTraits kMqttCheck = {
    .needs_address = false,
    .target = &kTopic,
    .settings = kSettings,
    .check = CheckMqtt,
    .question = [](const Host& host) { return host.check_settings->topic; },
};

}  // namespace linewatch
