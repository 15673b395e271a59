#include "store/host_check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>

#include "store/check_traits.h"
#include "store/host_json.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/json/schema.h"
#include "store/maintenance_schema.h"
#include "store/parents.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

// The settings that every host has, around its kind of check.
constexpr std::string_view kBeforeKind = R"json(
  "name": {"type": "string", "minLength": 1, "maxLength": 100, "description": "1 to 100 characters, no control characters"},
  "ip": {"type": "string", "maxLength": 253, "description": "an IPv4 or IPv6 address or a domain name"},)json";

constexpr std::string_view kBehindKind = R"json(
  "enabled": {"type": "boolean", "description": "true or false"},
  "group": {"type": "string", "maxLength": 100, "description": "at most 100 characters, no control characters"},
  "customer": {"type": "string", "maxLength": 100, "description": "at most 100 characters, no control characters"},
  "tags": {"type": "array", "maxItems": 20, "description": "a list of at most 20 tags, each of 1 to 50 characters",
    "items": {"type": "string", "minLength": 1, "maxLength": 50}},
  "notes": {"type": "string", "maxLength": 4000, "description": "at most 4000 characters, no control characters but line ends and tabs"},
  "parents": {"type": "array", "maxItems": 16, "uniqueItems": true, "description": "a list of at most 16 ids of other hosts, each once",
    "items": {"type": "string", "minLength": 1, "maxLength": 32}},
  "interval": {"type": "number", "minimum": 1, "maximum": 86400, "description": "a whole multiple of the cycle's interval, in seconds, at most 86400"},
  "timeout": {"type": "number", "minimum": 0.05, "maximum": 3600, "description": "a number of seconds from 0.05, shorter than the interval"},
  "retries": {"type": "integer", "minimum": 0, "maximum": 10, "description": "a whole number from 0 to 10"},
  "fail_threshold": {"type": "integer", "minimum": 1, "maximum": 10000, "description": "a whole number from 1 to 10000"},
  "packets": {"type": "integer", "minimum": 1, "maximum": 20, "description": "a whole number from 1 to 20"},
  "slow_ms": {"type": "number", "minimum": 0.001, "maximum": 3600000, "description": "a number of milliseconds above 0"},
  "max_loss_percent": {"type": "number", "minimum": 0, "maximum": 100, "description": "a number from 0 to 100"},
  "max_jitter_ms": {"type": "number", "minimum": 0.001, "maximum": 3600000, "description": "a number of milliseconds above 0"},
  "sla_percent": {"type": "number", "minimum": 0, "maximum": 100, "description": "a number from 0 to 100"},)json";

constexpr std::string_view kAcknowledged = R"json(
  "acknowledged": {"type": "object", "additionalProperties": false, "description": "null, or what acknowledging has written",
    "properties": {"by": {"type": "string"}, "at": {"type": "number"}, "note": {"type": "string", "maxLength": 1000}}})json";

std::string SchemaText() {
  std::string text = R"({"type": "object", "properties": {)";
  text.append(kBeforeKind);
  text += R"("check": {"enum": )" + NamesAsJson(kCheckKindNames) + R"(, "description": ")" +
          NamesAsChoice(kCheckKindNames) + "\"},";
  text.append(kBehindKind);
  text += R"("maintenance": )" + MaintenanceSchema(MaintenanceOf::kHost) + ',';
  std::set<std::string_view> named;
  for (size_t kind = 0; kind < kCheckKindNames.size(); ++kind)
    for (const auto& [name, member, schema] : TraitsOf(static_cast<CheckKind>(kind)).settings)
      if (named.insert(name).second) text.append("\n\"").append(name).append("\": ").append(schema) += ',';
  text.append(kAcknowledged);
  return text += "}}";
}

const Schema& HostSchema() {
  static const Schema schema(HostSchemaText());
  return schema;
}

// "tags[1]" and "smtp.port" are parts of "tags" and "smtp"; "name2" is none of "name".
bool is_part_of(std::string_view inner, std::string_view field) {
  if (!inner.starts_with(field)) return false;
  return inner.size() == field.size() || inner[field.size()] == '.' || inner[field.size()] == '[';
}

// The settings that its kind of check has.
void CheckService(const rapidjson::Value& settings, const Host& host, const TellWrong& wrong) {
  const CheckTraits& traits = TraitsOf(host.check);
  if (traits.check != nullptr) traits.check(settings, *host.check_settings, wrong);
  for (const CheckSetting& setting : traits.settings) {
    std::string text;
    if (const auto* member = std::get_if<std::string CheckSettings::*>(&setting.member))
      text = (*host.check_settings).**member;
    if (const auto* member = std::get_if<std::optional<std::string> CheckSettings::*>(&setting.member))
      text = ((*host.check_settings).**member).value_or("");
    if (const auto* member = std::get_if<RareText CheckSettings::*>(&setting.member))
      text = ((*host.check_settings).**member).str();
    const bool is_text_of_lines = setting.name == "body";
    if (has_control_characters(text, is_text_of_lines))
      wrong(std::string(setting.name), is_text_of_lines ? "expected no control characters but line ends and tabs"
                                                        : "expected no control characters");
  }
}

// Those that every host has.
void CheckCommon(const Host& host, const TellWrong& wrong) {
  if (host.ip.empty() && needs_address(host.check)) wrong("ip", "expected an IPv4 or IPv6 address or a domain name");
  if (has_control_characters(host.name, false)) wrong("name", "expected no control characters");
  if (host.name.find_first_not_of(' ') == std::string::npos) wrong("name", "expected more than blanks");
  if (has_control_characters(host.group, false)) wrong("group", "expected no control characters");
  if (has_control_characters(host.customer, false)) wrong("customer", "expected no control characters");
  if (has_control_characters(host.notes.str(), true))
    wrong("notes", "expected no control characters but line ends and tabs");
  for (const auto& tag : host.tags)
    if (has_control_characters(tag, false)) wrong("tags", "expected no control characters");
  for (const auto& window : host.maintenance) {
    if (has_control_characters(window.note, false)) wrong("maintenance", "expected no control characters");
    if (window.once && window.once->to <= window.once->from)
      wrong("maintenance", "expected a window that ends after it begins");
  }
  if (!host.ip.empty() && !is_address_or_name(host.ip))
    wrong("ip",
          "expected the IPv4 or IPv6 address of one machine, or a domain name "
          "(an international one in its xn-- form)");
}

// Each field by itself.
std::vector<FieldError> CheckFields(const rapidjson::Value& settings) {
  auto errors = HostSchema().Check(settings);
  const auto wrong = [&](std::string field, std::string message) {
    // What the schema has refused, as a whole or in a part of it, is refused once.
    const bool is_refused =
        std::any_of(errors.begin(), errors.end(), [&](const FieldError& e) { return is_part_of(e.field, field); });
    if (!is_refused) errors.push_back({std::move(field), std::move(message), ""});
  };
  if (!settings.IsObject()) return errors;

  if (FindMember(settings, "name") == nullptr) wrong("name", "expected 1 to 100 characters");
  // With a field of a wrong type what follows would be about defaults.
  const Host host = ReadHost(settings);
  CheckCommon(host, wrong);
  if (host.check_settings) CheckService(settings, host, wrong);
  return errors;
}

}  // namespace

std::string_view HostSchemaText() {
  static const std::string text = SchemaText();
  return text;
}

void DropIgnoredMembers(rapidjson::Value& settings) {
  if (!settings.IsObject()) return;
  for (auto member = settings.MemberBegin(); member != settings.MemberEnd();) {
    if (member->value.IsNull() || is_observed_member(StringOf(member->name))) {
      member = settings.EraseMember(member);
    } else {
      ++member;
    }
  }
}

std::vector<FieldError> ValidateSettings(const rapidjson::Value& settings, const Config& config) {
  auto errors = CheckFields(settings);
  if (!errors.empty()) return errors;

  const Host host = ReadHost(settings);
  for (const auto& member : settings.GetObject()) {
    const auto name = StringOf(member.name);
    if (is_service_member(name) && !has_service_member(host.check, name))
      errors.push_back(
          {std::string(name), "expected with another kind of check than " + std::string(NameOf(host.check)), ""});
  }
  for (FieldError& error : CheckPace(host, config)) errors.push_back(std::move(error));
  return errors;
}

std::vector<FieldError> CheckPace(const Host& host, const Config& config) {
  std::vector<FieldError> errors;
  const std::string cycle = JsonTextOf(config.interval);
  if (host.interval && host.interval->count() % config.interval.count() != 0)
    errors.push_back({"interval", "expected a whole multiple of " + cycle + " s, the interval of config.json", ""});
  if (host.timeout && *host.timeout >= host.interval.value_or(config.interval)) {
    const std::string own = host.interval ? JsonTextOf(*host.interval) + " s, the interval of the host"
                                          : cycle + " s, the interval of config.json";
    errors.push_back({"timeout", "expected less than " + own, ""});
  }
  return errors;
}

std::vector<FieldError> CheckEntry(const rapidjson::Value& entry) {
  if (!entry.IsObject()) return {{"", "expected an object", ""}};
  rapidjson::Document settings(rapidjson::kObjectType);
  for (const auto& member : entry.GetObject()) {
    if (member.value.IsNull() || !is_setting_member(StringOf(member.name))) continue;
    rapidjson::Value name(member.name, settings.GetAllocator());
    rapidjson::Value value(member.value, settings.GetAllocator());
    settings.AddMember(name, value, settings.GetAllocator());
  }
  auto errors = CheckFields(settings);
  const auto is_plain = [](const rapidjson::Value* value) { return value != nullptr && value->IsString(); };
  const auto refuse = [&](std::string field) {
    errors.push_back(
        {std::move(field), "expected {\"set\": true}: secrets are set by the API and stand in secrets.json", ""});
  };
  if (is_plain(FindMember(settings, "password"))) refuse("password");
  if (const auto* headers = FindMember(settings, "headers"); headers != nullptr && headers->IsObject())
    for (const auto& header : headers->GetObject())
      if (is_plain(&header.value)) refuse("headers." + std::string(StringOf(header.name)));
  return errors;
}

std::vector<FieldError> CheckParents(const HostList& list, const Host& host) {
  std::vector<const Host*> hosts;
  std::unordered_map<std::string_view, const Host*> others;
  for (const Host& other : list.hosts) {
    if (other.id == host.id) continue;
    hosts.push_back(&other);
    others.emplace(other.id, &other);
  }
  hosts.push_back(&host);
  const auto circle = ParentLinks(hosts, ParentLinks::Parents::kAll).WalkUp().circle;
  std::unordered_set<const Host*> in_circle;  // with the host
  for (size_t i = 0; i < hosts.size(); ++i)
    if (circle[i] == circle.back()) in_circle.insert(hosts[i]);

  std::vector<FieldError> errors;
  for (size_t i = 0; i < host.parents.size(); ++i) {
    const std::string& id = host.parents[i];
    const auto refuse = [&](std::string why) {
      errors.push_back({"parents[" + std::to_string(i) + "]", std::move(why), id});
    };
    const auto parent = others.find(id);
    if (id == host.id) {
      refuse("expected another host: this is the host itself");
    } else if (parent == others.end()) {
      refuse("expected the id of a host that exists");
    } else if (in_circle.contains(parent->second)) {
      refuse(ExpectedNoCircle(*parent->second));
    }
  }
  return errors;
}

const Host* FindSameTarget(const HostList& list, const Host& host) {
  const std::string target = TargetOf(host);
  for (const Host& other : list.hosts)
    if (other.id != host.id && TargetOf(other) == target) return &other;
  return nullptr;
}

}  // namespace linewatch
