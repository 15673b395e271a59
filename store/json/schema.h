// Checking input by JSON Schema, with an answer a person can act on: the field, and what was expected there.
#ifndef LINEWATCH_STORE_JSON_SCHEMA_H_
#define LINEWATCH_STORE_JSON_SCHEMA_H_

#include <rapidjson/fwd.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/json/field_error.h"

namespace linewatch {

// An object's schema (JSON Schema draft 4, as RapidJSON's validator has it) whose every property carries a
// `description` that completes "expected ...". Properties marked `writeOnly` are secrets.
class Schema {
 public:
  // `text` is part of the program: one that is no schema throws std::logic_error.
  explicit Schema(std::string_view text);
  ~Schema();

  // Everything that is wrong, one error for each member of `object`; unknown members are errors too. Nothing when good.
  std::vector<FieldError> Check(const rapidjson::Value& object) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

// For a schema made of a list of names: `["ping", "http", "tls"]`, and "ping, http or tls".
std::string NamesAsJson(std::span<const std::string_view> names);
std::string NamesAsChoice(std::span<const std::string_view> names);

}  // namespace linewatch

#endif
