#include "store/json/json.h"

#include "store/json/json_members.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

std::string Number(double value) {
  return JsonText([&](JsonWriter& out) { out.Value([&](char* end) { return PutNumber(end, value); }); });
}

TEST_CASE("numbers are written with at most three decimals and no zeros at the end", "[json]") {
  CHECK(Number(0) == "0");
  CHECK(Number(12.5) == "12.5");
  CHECK(Number(0.05) == "0.05");
  CHECK(Number(1763800000.12) == "1763800000.12");
  CHECK(Number(-3.001) == "-3.001");
  CHECK(Number(99.9996) == "100");
  CHECK(Number(-0.0001) == "0");
  CHECK(Number(std::numeric_limits<double>::infinity()) == "null");
  CHECK(Number(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(Number(1e300) == "null");
}

double NumberIn(const std::string& text) {
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(text, document));
  return document.GetDouble();
}

TEST_CASE("a number that somebody has set is written as it was read", "[json]") {
  const auto text = [](double value) { return JsonTextOf(PackedOptional<double>(value)); };
  CHECK(text(99.95) == "99.95");
  CHECK(text(-7) == "-7");
  CHECK(text(0.0004) == "4e-04");
  CHECK(text(99.9999) == "99.9999");
  CHECK(text(1e13) == "1e+13");
  CHECK(JsonText([](JsonWriter& out) { WriteJson(out, PackedOptional<double>()); }) == "null");
}

TEST_CASE("a number is read exactly, and a zero is a zero however it is written", "[json]") {
  for (const char* zero : {"0", "-0.0", "0e58", "0e-51", "-0E+99", "0.000e-40", "0.00000000000000000000000000000"})
    CHECK(NumberIn(zero) == 0);
  CHECK(NumberIn("0.1") == 0.1);
  CHECK(NumberIn("2.2250738585072011e-308") == 2.2250738585072011e-308);
  CHECK(NumberIn("9007199254740993") == 9007199254740992.0);
  CHECK(NumberIn("1.7976931348623157e308") == 1.7976931348623157e308);

  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson("[18446744073709551615, -9223372036854775808, 7, 7.0, 18446744073709551616]", document));
  CHECK(document[0].GetUint64() == 18446744073709551615U);
  CHECK(document[1].GetInt64() == std::numeric_limits<int64_t>::min());
  CHECK(document[2].IsInt());
  CHECK_FALSE(document[3].IsInt());
  CHECK(document[4].GetDouble() == 18446744073709551616.0);
  CHECK(ParseJson("[1,\n1e309]", document)->line == 2);
}

TEST_CASE("half of a surrogate pair is no text, whole ones are", "[json]") {
  rapidjson::Document document;
  for (const char* half : {R"("a\ude00")", R"({"\udfff":1})", R"("\ud14d\ude00")", R"("\ud83d")", R"("\ud83dx")"})
    CHECK(ParseJson(half, document));
  REQUIRE_FALSE(ParseJson(R"("\ud83d\ude00 \ud7ff \ue000 \ud14d")", document));
  CHECK(std::string(document.GetString()) == "\xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80 \xed\x85\x8d");
}

std::string Patched(const std::string& target, const std::string& patch) {
  rapidjson::Document t, p;
  REQUIRE_FALSE(ParseJson(target, t));
  REQUIRE_FALSE(ParseJson(patch, p));
  MergePatch(t, p, t.GetAllocator());
  return JsonText([&](JsonWriter& out) { t.Accept(out); });
}

// The table of RFC 7396, appendix A.
TEST_CASE("a merge patch does what RFC 7396 shows", "[json]") {
  const char* const table[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& [target, patch, result] : table) {
    INFO(target << " patched with " << patch);
    CHECK(Patched(target, patch) == result);
  }
}

TEST_CASE("a fault is named with its line", "[json]") {
  rapidjson::Document document;
  const auto fault = ParseJson("{\n  \"a\": 1,\n  \"b\": nope\n}", document);
  REQUIRE(fault);
  CHECK(fault->line == 3);
}

TEST_CASE("what is nested too deeply is a fault, whatever strings hold", "[json]") {
  rapidjson::Document document;
  CHECK(ParseJson(std::string(500000, '['), document));
  CHECK_FALSE(ParseJson("\"" + std::string(500, '[') + "\"", document));
  CHECK_FALSE(ParseJson(R"(["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["])", document));
}

TEST_CASE("what is not UTF-8 is a fault", "[json]") {
  rapidjson::Document document;
  CHECK(ParseJson("\"\xff\"", document));
  CHECK(ParseJson("\"\xed\xa0\x80\"", document));  // a surrogate
}

TEST_CASE("strings are escaped as JSON wants it, and read back the same", "[json]") {
  std::string text = "a\"b\\c\n\t\r\b\f\x01\x1f/\x7fü\xf0\x9f\x98\x80";
  text += '\0';
  const std::string json = JsonText([&](JsonWriter& out) { out.String(text); });
  CHECK(json == "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u001f/\x7fü\xf0\x9f\x98\x80\\u0000\"");
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(json, document));
  CHECK(StringOf(document) == text);
}

TEST_CASE("what a parsed value is written as is the value", "[json]") {
  const std::string json =
      R"({"a":[1,-2,0.1,1e+300,18446744073709551615,true,false,null,[],{}],"b":{"c":"d"},"e":[[1],[2]]})";
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(json, document));
  CHECK(JsonText([&](JsonWriter& out) { document.Accept(out); }) == json);
}

TEST_CASE("a long text is handed on in pieces and arrives whole", "[json]") {
  const std::string text = JsonText([](JsonWriter& out) {
    out.StartArray();
    for (int i = 0; i < 100000; ++i) out.Int(7);
    out.EndArray();
  });
  CHECK(text.size() == 200001);
  CHECK(text.substr(0, 4) == "[7,7");
  CHECK(text.back() == ']');
}

TEST_CASE("a piece may end anywhere: between a value, its comma and a bracket too", "[json]") {
  constexpr size_t kPiece = 32 * 1024;
  for (size_t length = kPiece - 60; length < kPiece + 10; ++length) {
    const std::string filler(length, 'x');
    std::string text;
    size_t pieces = 0;
    JsonWriter out([&](std::string_view piece) {
      text += piece;
      ++pieces;
    });
    out.StartArray();
    out.Raw(filler);
    out.StartArray();
    out.EndArray();
    out.StartObject();
    out.Key("a");
    out.StartObject();
    out.EndObject();
    out.Key(std::string_view("b\n"));
    out.Int(-1);
    out.EndObject();
    out.Null();
    out.EndArray();
    out.Flush();
    CHECK(text == "[" + filler + R"(,[],{"a":{},"b\n":-1},null])");
    CHECK(pieces <= 3);
  }
}

TEST_CASE("a string is escaped to its end, however long it is", "[json]") {
  for (const size_t length : {4095UL, 4096UL, 4097UL, 8192UL, 100000UL}) {
    const std::string text = JsonText([&](JsonWriter& out) { out.String(std::string(length, '\n') + "é\x02"); });
    rapidjson::Document document;
    REQUIRE_FALSE(ParseJson(text, document));
    CHECK(text.size() == 2 * length + 10);
    CHECK(StringOf(document) == std::string(length, '\n') + "é\x02");
  }
}

}  // namespace
}  // namespace linewatch
