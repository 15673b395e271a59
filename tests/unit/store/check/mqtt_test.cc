#include "tests/unit/store/check/faults.h"

namespace linewatch {
namespace {

std::string Mqtt(const std::string& topic, const std::string& more = "") {
  return R"("check":"mqtt","topic":")" + topic + '"' + more;
}

TEST_CASE("a wildcard stands for whole levels of a topic", "[mqtt_check]") {
  for (const char* good : {"hall/3/temperature", "/", "hall//3", "+/+", "+/3/#", "$SYS/broker/uptime", "Halle ü"})
    CHECK(FaultOf(Mqtt(good)).empty());
  for (const char* bad : {"+hall", "hall/+3", "++", "hall#", "##", "#/hall"})
    CHECK(FaultOf(Mqtt(bad)).starts_with("topic: expected a topic of MQTT"));
  CHECK(is_refused(Mqtt(std::string(1001, 'a')), "topic"));
}

TEST_CASE("the bounds of a payload may be equal or alone, but not upside down", "[mqtt_check]") {
  for (const char* good : {R"("min":-5)", R"("max":0)", R"("min":20.5,"max":20.5)", R"("min":null,"max":-1)"})
    CHECK(FaultOf(Mqtt("a", "," + std::string(good))).empty());
  CHECK(FaultOf(Mqtt("a", R"(,"min":-1,"max":-2)")) == "max: expected at least min");
  CHECK(is_refused(Mqtt("a", R"(,"min":"20")"), "min"));
}

TEST_CASE("a message is waited for between a second and a year", "[mqtt_check]") {
  for (const char* good : {"1", "31536000"}) CHECK(FaultOf(Mqtt("a", R"(,"max_age":)" + std::string(good))).empty());
  for (const char* bad : {"0", "0.5", "31536001"})
    CHECK(is_refused(Mqtt("a", R"(,"max_age":)" + std::string(bad)), "max_age"));
}

TEST_CASE("a field of a message is a path into JSON", "[mqtt_check]") {
  for (const char* good : {"a.b[0].c", "/a/b/0", "t", ""})
    CHECK(FaultOf(Mqtt("a", R"(,"field":")" + std::string(good) + '"')).empty());
  CHECK(FaultOf(Mqtt("a", R"(,"field":"$.a")")) == "field: expected a field of JSON, such as a.b[0].c or /a/b/0/c");
  CHECK(is_refused(Mqtt("a", R"(,"field":7)"), "field"));
}

TEST_CASE("topics differ by their case", "[mqtt_check]") {
  CHECK_FALSE(same_target(Mqtt("hall/3"), Mqtt("Hall/3")));
  CHECK(same_target(Mqtt("hall/3"), Mqtt("hall/3", R"(,"min":1,"max_age":10,"expect":"on")")));
}

}  // namespace
}  // namespace linewatch
