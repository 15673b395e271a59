#include "store/json/schema.h"

#include <rapidjson/document.h>

#include <stdexcept>

#include "store/json/json.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

const Schema& Sample() {
  static const Schema schema(R"({"type": "object", "properties": {
    "port": {"type": "integer", "minimum": 1, "description": "a whole number from 1"},
    "tags": {"type": "array", "items": {"type": "string"}, "description": "a list of tags"},
    "login": {"type": "object", "additionalProperties": false, "description": "an object", "properties": {
      "user": {"type": "string", "description": "a name"},
      "password": {"type": "string", "writeOnly": true, "description": "a password"}}}}})");
  return schema;
}

// "field is value: message", one line each.
std::vector<std::string> Faults(const std::string& text) {
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(text, document));
  std::vector<std::string> faults;
  for (const FieldError& error : Sample().Check(document))
    faults.push_back(error.field + (error.value.empty() ? "" : " is " + error.value) + ": " + error.message);
  return faults;
}

using Texts = std::vector<std::string>;

TEST_CASE("every member that is wrong is named once, with what was expected", "[schema]") {
  CHECK(Faults("{}").empty());
  CHECK(Faults(R"({"port": 7, "tags": ["a"], "login": {"user": "bob"}})").empty());
  CHECK(Faults(R"({"port": 0, "tags": [7, 8]})") ==
        Texts{"port is 0: expected a whole number from 1", "tags[0] is 7: expected a list of tags"});
  CHECK(Faults(R"({"login": {"user": 5}})") == Texts{"login.user is 5: expected a name"});
  CHECK(Faults("[]") == Texts{": expected an object"});
}

TEST_CASE("a member that there is not is unknown, on top and within", "[schema]") {
  CHECK(Faults(R"({"prot": 7})") == Texts{"prot: unknown field"});
  CHECK(Faults(R"({"login": {"name": "bob"}})") == Texts{"login.name: unknown field"});
}

TEST_CASE("a secret that is wrong is not shown, and what is long is cut", "[schema]") {
  CHECK(Faults(R"({"login": {"password": 8472946}})") == Texts{"login.password: expected a password"});
  const auto faults = Faults(R"({"port": ")" + std::string(200, 'x') + "\"}");
  REQUIRE(faults.size() == 1);
  CHECK(faults[0] == "port is \"" + std::string(79, 'x') + "...: expected a whole number from 1");
}

TEST_CASE("a schema that is none is a mistake in the program", "[schema]") {
  CHECK_THROWS_AS(Schema("{"), std::logic_error);
}

TEST_CASE("names are written as a list and as a choice", "[schema]") {
  const std::vector<std::string_view> names = {"ping", "http", "tls"};
  CHECK(NamesAsJson(names) == R"(["ping", "http", "tls"])");
  CHECK(NamesAsChoice(names) == "ping, http or tls");
  CHECK(NamesAsChoice(std::span(names).first(2)) == "ping or http");
  CHECK(NamesAsChoice(std::span(names).first(1)) == "ping");
}

}  // namespace
}  // namespace linewatch
