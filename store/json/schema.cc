#include "store/json/schema.h"

#include <rapidjson/schema.h>

#include <stdexcept>

#include "store/json/json.h"
#include "store/text/plain_text.h"

namespace linewatch {
namespace {

// "/maintenance/0/from" as people write it: "maintenance[0].from".
std::string FieldName(const rapidjson::Pointer& pointer) {
  std::string name;
  for (size_t i = 0; i < pointer.GetTokenCount(); ++i) {
    const auto& token = pointer.GetTokens()[i];
    if (token.index != rapidjson::kPointerInvalidIndex) {
      name += '[' + std::to_string(token.index) + ']';
    } else {
      if (!name.empty()) name += '.';
      name.append(token.name, token.length);
    }
  }
  return name;
}

// The nearest schema at or above `pointer` that has `member`.
const rapidjson::Value* Nearest(const rapidjson::Document& schema, const rapidjson::Pointer& pointer,
                                std::string_view member) {
  for (size_t depth = pointer.GetTokenCount() + 1; depth-- > 0;) {
    const rapidjson::Value* at = rapidjson::Pointer(pointer.GetTokens(), depth).Get(schema);
    if (at == nullptr) continue;
    if (const auto* found = FindMember(*at, member)) return found;
  }
  return nullptr;
}

std::string Shortened(std::string_view text) {
  constexpr size_t kMostBytes = 80;
  return std::string(Utf8Prefix(text, kMostBytes)) + (text.size() > kMostBytes ? "..." : "");
}

}  // namespace

struct Schema::Compiled {
  explicit Compiled(std::string_view schema_text) {
    if (const auto fault = ParseJson(schema_text, text)) throw std::logic_error("schema: " + fault->what);
    schema = std::make_unique<rapidjson::SchemaDocument>(text);
  }
  rapidjson::Document text;
  std::unique_ptr<rapidjson::SchemaDocument> schema;
};

Schema::Schema(std::string_view text) : compiled_(std::make_unique<Compiled>(text)) {}
Schema::~Schema() = default;

std::vector<FieldError> Schema::Check(const rapidjson::Value& object) const {
  if (!object.IsObject()) return {{"", "expected an object", ""}};
  std::vector<FieldError> errors;
  rapidjson::Document rest;
  rest.CopyFrom(object, rest.GetAllocator());

  const rapidjson::Value& known = compiled_->text["properties"];
  for (auto member = rest.MemberBegin(); member != rest.MemberEnd();) {
    if (known.HasMember(member->name)) {
      ++member;
      continue;
    }
    errors.push_back({Shortened(StringOf(member->name)), "unknown field", ""});
    member = rest.EraseMember(member);
  }

  // The validator stops at the first fault: the member it stands in is taken down and out, and the rest is tried again.
  while (!rest.ObjectEmpty()) {
    rapidjson::SchemaValidator validator(*compiled_->schema);
    if (rest.Accept(validator)) break;
    const rapidjson::Pointer where = validator.GetInvalidDocumentPointer();
    const rapidjson::Pointer rule = validator.GetInvalidSchemaPointer();
    FieldError error{Shortened(FieldName(where)), "unknown field", ""};
    if (std::string_view(validator.GetInvalidSchemaKeyword()) != "additionalProperties") {
      const auto* description = Nearest(compiled_->text, rule, "description");
      error.message = "expected ";
      error.message += description != nullptr ? StringOf(*description) : "another value";
      const rapidjson::Value* value = where.Get(rest);
      if (value != nullptr && Nearest(compiled_->text, rule, "writeOnly") == nullptr)
        error.value = Shortened(JsonText([&](JsonWriter& out) { value->Accept(out); }));
    }
    errors.push_back(std::move(error));
    if (where.GetTokenCount() == 0) break;
    const auto& member = where.GetTokens()[0];
    rest.RemoveMember(std::string(member.name, member.length).c_str());
  }
  return errors;
}

std::string NamesAsJson(std::span<const std::string_view> names) {
  std::string list;
  for (const auto name : names) list.append(list.empty() ? "\"" : ", \"").append(name) += '"';
  return '[' + list + ']';
}

std::string NamesAsChoice(std::span<const std::string_view> names) {
  std::string choice;
  for (size_t i = 0; i < names.size(); ++i)
    choice.append(i == 0 ? "" : i + 1 < names.size() ? ", " : " or ").append(names[i]);
  return choice;
}

}  // namespace linewatch
