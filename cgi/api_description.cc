#include "cgi/api_description.h"

#include <rapidjson/pointer.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <set>
#include <stdexcept>
#include <type_traits>
#include <variant>

#include "store/channel.h"
#include "store/check_traits.h"
#include "store/config.h"
#include "store/host_check.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/json/schema.h"

namespace linewatch::cgi {
namespace {

using Allocator = rapidjson::Document::AllocatorType;

// The texts are our own, so they parse.
rapidjson::Value Parsed(std::string_view text, Allocator& memory) {
  rapidjson::Document document(&memory);
  ParseJson(text, document);
  return rapidjson::Value(document, memory);
}

// The settings that are answered as null where they are not set.
std::set<std::string_view> OptionalSettings() {
  std::set<std::string_view> names;
  for (size_t kind = 0; kind < kCheckKindNames.size(); ++kind)
    for (const CheckSetting& setting : TraitsOf(static_cast<CheckKind>(kind)).settings)
      std::visit(
          [&](auto member) {
            using Value = std::remove_cvref_t<decltype(CheckSettings().*member)>;
            if constexpr (IsOptional<Value>) names.insert(setting.name);
          },
          setting.member);
  return names;
}

// What is answered of a setting, of which `schema` says what is taken.
void AllowNull(rapidjson::Value& schema, Allocator& memory) {
  if (schema.HasMember("enum")) {
    schema["enum"].PushBack(rapidjson::Value(), memory);
  } else {
    rapidjson::Value types(rapidjson::kArrayType);
    types.PushBack(schema["type"], memory).PushBack("null", memory);
    schema["type"] = types;
  }
}

// A secret is answered in another form than it is taken.
void ShowSecretsAsMarks(rapidjson::Value& schema, Allocator& memory) {
  if (!schema.IsObject()) return;
  if (schema.HasMember("writeOnly")) {
    schema.SetObject().AddMember("$ref", "#/components/schemas/Secret", memory);
    return;
  }
  for (auto& member : schema.GetObject()) ShowSecretsAsMarks(member.value, memory);
}

}  // namespace

std::string DescribeApi(std::string_view routes) {
  rapidjson::Document description;
  const auto fault = ParseJson(routes, description);
  if (fault) throw std::runtime_error("line " + std::to_string(fault->line) + ": " + fault->what);
  auto* schemas = rapidjson::Pointer("/components/schemas").Get(description);
  auto* answered = rapidjson::Pointer("/components/schemas/Host/properties").Get(description);
  if (schemas == nullptr || answered == nullptr)
    throw std::runtime_error("expected components.schemas.Host.properties");
  Allocator& memory = description.GetAllocator();

  rapidjson::Value host = Parsed(HostSchemaText(), memory);
  const auto optional = OptionalSettings();
  for (const auto& setting : host["properties"].GetObject()) {
    if (answered->HasMember(setting.name)) continue;
    rapidjson::Value name(setting.name, memory), schema(setting.value, memory);
    if (optional.contains(StringOf(name))) AllowNull(schema, memory);
    answered->AddMember(name, schema, memory);
  }
  schemas->AddMember("HostSettings", host, memory);

  rapidjson::Value config = Parsed(ConfigSchemaText(), memory);
  ShowSecretsAsMarks(config, memory);
  config.AddMember("description", "All settings, with defaults for those not set.", memory);
  schemas->AddMember("Config", config, memory);

  schemas->AddMember("Channel", Parsed(R"({"enum": )" + NamesAsJson(kChannelNames) + '}', memory), memory);

  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out(buffer);
  out.SetIndent(' ', 1);
  description.Accept(out);
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

}  // namespace linewatch::cgi
