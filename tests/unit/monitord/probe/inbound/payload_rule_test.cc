#include "monitord/probe/inbound/payload_rule.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

CheckSettings Expecting(const std::string& text) {
  CheckSettings service;
  service.expect = text;
  return service;
}
CheckSettings Within(PackedOptional<double> min, PackedOptional<double> max) {
  CheckSettings service;
  service.min = min;
  service.max = max;
  return service;
}

TEST_CASE("any message will do where nothing is expected of it", "[payload_rule]") {
  CHECK(FaultOf("", {}).empty());
  CHECK(FaultOf(std::string(kMaxPayload + 1, 'x'), {}).empty());
  CHECK(FaultOf({"\0\xff", 2}, {}).empty());
}

TEST_CASE("a payload is compared whole, but for blanks and line ends behind it", "[payload_rule]") {
  const CheckSettings closed = Expecting("CLOSED");
  CHECK(FaultOf("CLOSED", closed).empty());
  CHECK(FaultOf("CLOSED \r\n", closed).empty());
  CHECK(FaultOf("OPEN", closed) == "payload is \"OPEN\" instead of \"CLOSED\"");
  CHECK_FALSE(FaultOf("closed", closed).empty());
  CHECK_FALSE(FaultOf("CLOSED2", closed).empty());
  CHECK_FALSE(FaultOf(" CLOSED", closed).empty());
  CHECK_FALSE(FaultOf("", closed).empty());
  CHECK(FaultOf(" \n", Expecting("")).empty());
}

TEST_CASE("a number is held against its bounds", "[payload_rule]") {
  const CheckSettings service = Within(18.0, 25.0);
  for (const char* good : {"21.7", "18", "25", " 21.7\n", "2.1e1"}) CHECK(FaultOf(good, service).empty());
  CHECK(FaultOf("29.5", service) == "29.5, more than 25");
  CHECK(FaultOf("-3", service) == "-3, less than 18");
  CHECK(FaultOf("1000", Within(0.5, std::nullopt)).empty());
  CHECK(FaultOf("-1000", Within(std::nullopt, 0.5)).empty());
}

TEST_CASE("what is no number is within no bounds", "[payload_rule]") {
  const CheckSettings service = Within(18.0, 25.0);
  CHECK(FaultOf("warm", service) == "payload is no number: \"warm\"");
  for (const char* bad : {"", " ", "20 C", "20,5", "nan", "inf", "1e999", "0x14", "{\"t\":20}"})
    CHECK_THAT(FaultOf(bad, service), Catch::Matchers::StartsWith("payload is no number"));
}

TEST_CASE("a number may be written as devices write it", "[payload_rule]") {
  const CheckSettings service = Within(18.0, 25.0);
  for (const char* good : {"+21.5", "\"21.5\"",
                           "\xef\xbb\xbf"
                           "21.5",
                           "\" +21.5 \"\n", "\t21.5"})
    CHECK(FaultOf(good, service).empty());
  for (const char* bad : {"+-21.5", "++21.5", "\"21.5", "\"", "\"\"", "21.5\"", "\"\"21.5\"\""})
    CHECK_THAT(FaultOf(bad, service), Catch::Matchers::StartsWith("payload is no number"));
  CHECK(FaultOf("\xef\xbb\xbf"
                "CLOSED",
                Expecting("CLOSED"))
            .empty());
  CHECK(FaultOf("\xef\xbb\xbf"
                "CLOSED",
                Expecting("\xef\xbb\xbf"
                          "CLOSED"))
            .empty());
}

TEST_CASE("a field of JSON is compared as text or as a number", "[payload_rule]") {
  const char kPayload[] = R"({"air": [{"t": 21.50, "state": "ok"}], "a.b": {"c/d": "+3"}})";
  const auto at = [](const char* field, CheckSettings service) {
    service.field = field;
    return service;
  };
  CHECK(FaultOf(kPayload, at("air[0].t", Within(18.0, 25.0))).empty());
  CHECK(FaultOf(kPayload, at("air[0].t", Within(22.0, 25.0))) == "air[0].t is 21.5, less than 22");
  CHECK(FaultOf(kPayload, at("air[0].t", Expecting("21.5"))).empty());
  CHECK(FaultOf(kPayload, at("air[0].state", Expecting("ok"))).empty());
  CHECK(FaultOf(kPayload, at("air[0].state", Expecting("bad"))) == "air[0].state is \"ok\" instead of \"bad\"");
  CHECK(FaultOf(kPayload, at("air[0].state", Within(1.0, 2.0))) == "air[0].state is no number: \"ok\"");
  CHECK(FaultOf(kPayload, at("/a.b/c~1d", Within(3.0, 3.0))).empty());
  CHECK(FaultOf(kPayload, at("air[1].t", Within(18.0, 25.0))) == "payload has no field air[1].t");
  CHECK(FaultOf(kPayload, at("air[0].t", {})).empty());
  CHECK(FaultOf("21.5", at("air", {})) == "payload has no field air");
  CHECK(FaultOf("warm", at("air", {})) == "payload is no JSON: \"warm\"");
}

TEST_CASE("a hostile payload makes a short and clean reason", "[payload_rule]") {
  const std::string reason = FaultOf("a\x1b[2J\n\xff" + std::string(5000, 'x'), Expecting("b"));
  CHECK(reason.size() < 200);
  CHECK(reason.find('\x1b') == std::string::npos);
  CHECK(reason.find('\xff') == std::string::npos);
  CHECK(FaultOf(std::string(kMaxPayload + 1, '1'), Within(0.0, std::nullopt)) == "payload is too long: 65537 bytes");
  CHECK(FaultOf("1", Within(0.0, std::nullopt), 199999999) == "payload is too long: 200000000 bytes");
}

}  // namespace
}  // namespace linewatch
