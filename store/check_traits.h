// What a kind of check is to both programs: its settings, what must be true of them, and when two hosts ask the same.
// Everything generic (the schema, hosts.json, openapi.json, the table of an import) is made from it.
#ifndef LINEWATCH_STORE_CHECK_TRAITS_H_
#define LINEWATCH_STORE_CHECK_TRAITS_H_

#include <rapidjson/fwd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/check_kind.h"
#include "store/check_settings.h"
#include "store/host.h"

namespace linewatch {

struct CheckSetting {
  std::string_view name;  // in files and the API
  // Where a host's CheckSettings hold it. One that two kinds share is the same for both: store/check/shared_settings.h.
  std::variant<std::string CheckSettings::*, bool CheckSettings::*, std::optional<std::string> CheckSettings::*,
               RareText CheckSettings::*, int CheckSettings::*, FollowRedirects CheckSettings::*,
               PackedOptional<int> CheckSettings::*, PackedOptional<double> CheckSettings::*,
               std::vector<int> CheckSettings::*, std::chrono::milliseconds CheckSettings::*,
               SecretMark CheckSettings::*, HeaderMarks CheckSettings::*>
      member;
  std::string_view schema;  // of its value, as store/json/schema.h wants it
};

// Takes a field that is wrong, and "expected ...".
using TellWrong = std::function<void(std::string field, std::string message)>;

struct CheckTraits {
  bool needs_address = true;
  int usual_port = 0;                    // in force where `port` is not set; 0: there is none
  const CheckSetting* target = nullptr;  // the text that says what is watched where `ip` is empty; null: nothing does
  std::span<const CheckSetting> settings;
  // What the schema cannot say. `settings` is what was given; null: there is nothing more.
  void (*check)(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) = nullptr;
  // What it asks of its address: two hosts with the same address and the same question are the same target. Null: there
  // is but one question.
  std::string (*question)(const Host& host) = nullptr;
};

const CheckTraits& TraitsOf(CheckKind kind);

#define LINEWATCH_KIND(Name, name) extern const CheckTraits k##Name##Check;
LINEWATCH_CHECK_KINDS(LINEWATCH_KIND)
#undef LINEWATCH_KIND

}  // namespace linewatch

#endif
