#include "monitord/probe/value_rule.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a value is what is expected, as a text or as a number", "[value_rule]") {
  CheckSettings settings;
  CHECK(FaultOfValue("state", "whatever", settings).empty());
  settings.expect = "ok";
  CHECK(FaultOfValue("state", "ok", settings).empty());
  CHECK(FaultOfValue("state", "OK", settings) == "state is \"OK\" instead of \"ok\"");
  settings.expect = "21.5";
  CHECK(FaultOfValue("a.b[0]", "21.50", settings).empty());
  CHECK(FaultOfValue("a.b[0]", "2.15e1", settings).empty());
  CHECK(FaultOfValue("a.b[0]", "21.51", settings) == "a.b[0] is \"21.51\" instead of \"21.5\"");
}

TEST_CASE("a value is a number within its limits", "[value_rule]") {
  CheckSettings settings;
  settings.min = 5;
  settings.max = 30;
  for (const char* good : {"5", "30", "+21.5", " 21.5\r\n", "3e1"}) CHECK(FaultOfValue("t", good, settings).empty());
  CHECK(FaultOfValue("t", "4.5", settings) == "t is 4.5, less than 5");
  CHECK(FaultOfValue("t", "31", settings) == "t is 31, more than 30");
  for (const char* bad : {"", " ", "warm", "nan", "inf", "+-5", "5 6", "21,5"}) {
    INFO(bad);
    CHECK(FaultOfValue("t", bad, settings).starts_with("t is no number: "));
  }
}

}  // namespace
}  // namespace linewatch
