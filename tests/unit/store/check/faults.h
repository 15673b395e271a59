// What is said of the settings of a kind of check, and when two hosts of that kind have the same target.
#ifndef LINEWATCH_TESTS_UNIT_STORE_CHECK_FAULTS_H_
#define LINEWATCH_TESTS_UNIT_STORE_CHECK_FAULTS_H_

#include <string>

#include "store/host_check.h"
#include "store/host_json.h"
#include "store/json/json.h"
#include "tests/unit/catch.h"

namespace linewatch {

// A host's settings: a name, and `members`.
inline rapidjson::Document SettingsWith(const std::string& members) {
  rapidjson::Document settings;
  REQUIRE_FALSE(ParseJson(R"({"name":"A",)" + members + '}', settings));
  DropIgnoredMembers(settings);
  return settings;
}

// "field: message" of the only error, "" without one.
inline std::string FaultOf(const std::string& members) {
  const auto errors = ValidateSettings(SettingsWith(members), Config());
  if (errors.empty()) return "";
  INFO(members << " gave " << Describe(errors));
  CHECK(errors.size() == 1);
  return errors[0].field + ": " + errors[0].message;
}

inline bool is_refused(const std::string& members, const std::string& field) {
  return FaultOf(members).starts_with(field + ": ");
}

inline bool same_target(const std::string& members, const std::string& others) {
  return TargetOf(ReadHost(SettingsWith(members))) == TargetOf(ReadHost(SettingsWith(others)));
}

}  // namespace linewatch

#endif
