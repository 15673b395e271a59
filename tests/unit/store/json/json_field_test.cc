#include "store/json/json_field.h"

#include <string>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

// What is there, or why nothing is.
std::string At(std::string_view json, std::string_view path) {
  REQUIRE(is_json_field(path));
  const JsonField field = ReadJsonField(json, path);
  if (field.state == JsonField::State::kFound) return field.text;
  return field.state == JsonField::State::kAbsent ? "(absent)" : "(no JSON)";
}

constexpr const char* kStatus =
    R"({"status": "ok", "a": {"b": [{"c": 21.50}, {"c": -3e2, "d": [1, [2, 3]]}], "": 1, "0": "zero"},
        "dots.in[it]": true, "a/b": null, "m~n": "tilde", "big": 123456789012345678901234567890, "none": {}})";

TEST_CASE("a field of JSON is reached by its path", "[json_field]") {
  CHECK(At(kStatus, "status") == "ok");
  CHECK(At(kStatus, "a.b[0].c") == "21.50");
  CHECK(At(kStatus, "a.b[1].c") == "-3e2");
  CHECK(At(kStatus, "a.b[1].d[1][0]") == "2");
  CHECK(At(kStatus, "a.0") == "zero");
  CHECK(At(kStatus, "big") == "123456789012345678901234567890");
  CHECK(At("[[7, 8], {\"x\": 9}]", "[0][1]") == "8");
  CHECK(At("[[7, 8], {\"x\": 9}]", "[1].x") == "9");
  CHECK(At(R"({"Größe": "1 m\u00b2"})", "Größe") == "1 m²");
}

TEST_CASE("a field of JSON is reached by a pointer of RFC 6901", "[json_field]") {
  CHECK(At(kStatus, "/a/b/0/c") == "21.50");
  CHECK(At(kStatus, "/a/0") == "zero");
  CHECK(At(kStatus, "/a/") == "1");
  CHECK(At(kStatus, "/dots.in[it]") == "true");
  CHECK(At(kStatus, "/a~1b") == "null");
  CHECK(At(kStatus, "/m~0n") == "tilde");
  CHECK(At("[5, 6]", "/1") == "6");
  CHECK(At("[5, 6]", "/01") == "(absent)");
  CHECK(At("[5, 6]", "/-") == "(absent)");
}

TEST_CASE("an object or a list is what stands in the text", "[json_field]") {
  CHECK(At(kStatus, "a.b[1].d") == "[1, [2, 3]]");
  CHECK(At(kStatus, "none") == "{}");
  CHECK(At("{\"errors\": [ ]}", "errors") == "[ ]");
}

TEST_CASE("what is not there is absent", "[json_field]") {
  CHECK(At(kStatus, "Status") == "(absent)");
  CHECK(At(kStatus, "c") == "(absent)");
  CHECK(At(kStatus, "a.b.c") == "(absent)");
  CHECK(At(kStatus, "a.b[2]") == "(absent)");
  CHECK(At(kStatus, "a[0]") == "(absent)");
  CHECK(At(kStatus, "status.ok") == "(absent)");
  CHECK(At(kStatus, "status[0]") == "(absent)");
  CHECK(At("7", "a") == "(absent)");
  CHECK(At("{}", "[0]") == "(absent)");
}

TEST_CASE("of a member that is named twice the last one counts", "[json_field]") {
  CHECK(At(R"({"a": 1, "b": 0, "a": 2})", "a") == "2");
  CHECK(At(R"({"a": {"b": 1}, "a": {"c": 2}})", "a.b") == "(absent)");
  CHECK(At(R"({"a": {"b": 1}, "a": 3})", "a.b") == "(absent)");
}

TEST_CASE("what is no JSON as a whole is none", "[json_field]") {
  CHECK(At("", "a") == "(no JSON)");
  CHECK(At("<html>", "a") == "(no JSON)");
  CHECK(At(R"({"a": 1, "b": )", "a") == "(no JSON)");
  CHECK(At(R"({"a": 1} {"a": 2})", "a") == "(no JSON)");
}

TEST_CASE("JSON as devices write it is read", "[json_field]") {
  CHECK(At("\xef\xbb\xbf{\"a\": 1}", "a") == "1");
  CHECK(At("{\"a\": 1}\r\n", "a") == "1");
  CHECK(At("{\"x\": NaN, \"a\": 1}", "a") == "1");
  CHECK(At("{\"x\": \"caf\xe9\", \"a\": 1}", "a") == "1");
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  CHECK(At("{\"x\": " + deep + ", \"a\": 1}", "a") == "1");
}

TEST_CASE("a path that leads nowhere is none", "[json_field]") {
  for (const char* path : {"", ".", ".a", "a.", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a[0", "a[0]b", "a]", "[01]",
                           "$.a", "$[0]", "/~", "/a~2", "/~~"}) {
    INFO(path);
    CHECK_FALSE(is_json_field(path));
  }
  for (const char* path : {"/", "a b", "a-b", "$", "/$", "[0]", "a[0][1].c"}) {
    INFO(path);
    CHECK(is_json_field(path));
  }
}

}  // namespace
}  // namespace linewatch
