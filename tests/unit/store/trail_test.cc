#include "store/trail.h"

#include <cmath>
#include <limits>
#include <string>

#include "store/host_json.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

Trail::Code CodeOf(float milliseconds) {
  Trail trail;
  trail.Add(milliseconds);
  return trail.codes()[0];
}

// A host's trail as hosts.json has it, and what is read of such a text.
std::string Written(const Trail& trail) {
  Host host;
  host.seen.trail = trail;
  const std::string text = JsonText([&](JsonWriter& out) { WriteHost(out, host); });
  const size_t begin = text.find("\"trail\":") + 8;
  return text.substr(begin, text.find(']', begin) + 1 - begin);
}
Trail Read(const std::string& text) {
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(R"({"name":"A","ip":"10.0.0.1","trail":)" + text + "}", document));
  return ReadHost(document).seen.trail;
}

TEST_CASE("a check is written with three significant digits, never finer than a microsecond", "[trail]") {
  const struct {
    float milliseconds;
    const char* text;
  } table[] = {
      {0, "[0]"},
      {-0.0F, "[0]"},
      {0.0004F, "[0]"},
      {0.0006F, "[0.001]"},
      {0.017F, "[0.017]"},
      {0.5F, "[0.5]"},
      {0.9994F, "[0.999]"},
      {0.9996F, "[1]"},
      {1.2345F, "[1.23]"},
      {9.996F, "[10]"},
      {12.345F, "[12.3]"},
      {99.96F, "[100]"},
      {123.6F, "[124]"},
      {1234, "[1230]"},
      {999600, "[1000000]"},
      {3600000, "[3600000]"},
      {9990000, "[9990000]"},
      {9996000, "[9990000]"},
      {1e7F, "[9990000]"},
      {1e30F, "[9990000]"},
      {std::numeric_limits<float>::infinity(), "[9990000]"},
      {Trail::kFailed, "[null]"},
      {std::numeric_limits<float>::quiet_NaN(), "[null]"},
  };
  for (const auto& [milliseconds, text] : table) {
    INFO(milliseconds);
    Trail trail;
    trail.Add(milliseconds);
    CHECK(Written(trail) == text);
  }
  CHECK(Written({}) == "[]");
}

TEST_CASE("every code is written as a number that is read as the same code", "[trail]") {
  Trail trail;
  for (Trail::Code code = 0; code <= Trail::kFailedCode; ++code) {
    trail.Add(code == Trail::kFailedCode ? Trail::kFailed : static_cast<float>(Trail::MicrosecondsOf(code)) / 1000);
    REQUIRE(trail.codes().back() == code);
    if (code % Trail::kLength != 0 && code != Trail::kFailedCode) continue;
    const std::string text = Written(trail);
    const Trail again = Read(text);
    CHECK(std::equal(again.codes().begin(), again.codes().end(), trail.codes().begin(), trail.codes().end()));
    CHECK(Written(again) == text);
  }
}

TEST_CASE("a longer round trip has no smaller code, and what it says is within half a percent", "[trail]") {
  Trail::Code last = 0;
  for (float milliseconds = 0.0001F; milliseconds < 9e6F; milliseconds *= 1.0007F) {
    Trail trail;
    trail.Add(milliseconds);
    INFO(milliseconds);
    REQUIRE(trail.codes()[0] >= last);
    REQUIRE(std::fabs(trail[0] - milliseconds) <= std::max(milliseconds * 0.00501F, 0.000501F));
    last = trail.codes()[0];
  }
  CHECK(CodeOf(1e9F) == Trail::kLongest);
}

TEST_CASE("what is read back is the number that was written", "[trail]") {
  const Trail trail = Read("[12.3, null, 0.017, 250, 1]");
  REQUIRE(trail.size() == 5);
  CHECK(trail[0] == 12.3F);
  CHECK(trail[1] == Trail::kFailed);
  CHECK(trail[2] == 0.017F);
  CHECK(trail[3] == 250);
  CHECK(trail[4] == 1);
}

TEST_CASE("of a trail that is too long the last sixty are read, whatever stands in it", "[trail]") {
  std::string text = "[\"x\",{},-4,1e300,true";
  for (int i = 0; i < 57; ++i) text += ",12.34567";
  const Trail trail = Read(text + "]");
  REQUIRE(trail.size() == Trail::kLength);
  CHECK(trail[0] == Trail::kFailed);
  CHECK(trail[1] == 9990000);
  CHECK(trail[2] == Trail::kFailed);
  CHECK(trail[3] == 12.3F);
  CHECK(trail[59] == 12.3F);
}

}  // namespace
}  // namespace linewatch
