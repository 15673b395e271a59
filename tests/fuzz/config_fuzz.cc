// Any text as config.json.
#include "store/config.h"
#include "store/json/json.h"

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

std::string Text(const Config& config) {
  return JsonText([&](JsonWriter& out) { WriteConfig(out, config); });
}

void Try(std::string_view text) {
  const auto parsed = ParseConfig(text);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&parsed)) {
    Require(!errors->empty(), "what is refused is refused for a reason");
    for (const FieldError& error : *errors) Require(!error.message.empty(), "a reason has words");
    Require(!Describe(*errors).empty(), "and a line in the log");
    return;
  }
  const Config& config = std::get<Config>(parsed);
  Require(config.timeout < config.interval, "two cycles never overlap");

  // An edit that changes nothing, and one that says what is shown: the secrets stay.
  rapidjson::Document shown;
  Require(!ParseJson(Text(config), shown), "what is shown is JSON");
  for (const auto& patch : {rapidjson::Value(rapidjson::kObjectType), rapidjson::Value(shown, shown.GetAllocator())}) {
    const auto patched = PatchConfig(text, patch);
    Require(std::holds_alternative<std::string>(patched), "settings that are shown are accepted");
    const auto again = ParseConfig(std::get<std::string>(patched));
    Require(std::holds_alternative<Config>(again), "an edited file is a good one");
    RequireSame(Text(config), Text(std::get<Config>(again)), "an edit that changes nothing changes nothing");
  }
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
