#include "store/host_check.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "store/host_json.h"
#include "store/json_members.h"

namespace linewatch {
namespace {

constexpr std::string_view kSchema = R"json({
"type": "object",
"properties": {
  "name": {"type": "string", "minLength": 1, "maxLength": 100, "description": "1 to 100 characters, no control characters"},
  "ip": {"type": "string", "minLength": 1, "maxLength": 253, "description": "an IPv4 or IPv6 address or a domain name"},
  "check": {"enum": ["ping"], "description": "ping"},
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
  "sla_percent": {"type": "number", "minimum": 0, "maximum": 100, "description": "a number from 0 to 100"},
  "maintenance": {"type": "array", "maxItems": 50, "description": "a list of at most 50 windows", "items": {
    "description": "{from, to, note} with Unix seconds, or {days, from, to, note} with days from 1 (Monday) to 7 and times as \"23:00\"",
    "oneOf": [
      {"type": "object", "required": ["from", "to"], "additionalProperties": false, "properties": {
        "from": {"type": "number", "minimum": 1, "maximum": 253402300799},
        "to": {"type": "number", "minimum": 1, "maximum": 253402300799},
        "note": {"type": "string", "maxLength": 200}}},
      {"type": "object", "required": ["days", "from", "to"], "additionalProperties": false, "properties": {
        "days": {"type": "array", "minItems": 1, "maxItems": 7, "uniqueItems": true, "items": {"type": "integer", "minimum": 1, "maximum": 7}},
        "from": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
        "to": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
        "note": {"type": "string", "maxLength": 200}}}]}},
  "acknowledged": {"type": "object", "additionalProperties": false, "description": "null, or what acknowledging has written",
    "properties": {"by": {"type": "string"}, "at": {"type": "number"}, "note": {"type": "string", "maxLength": 1000}}}
}})json";

const Schema& HostSchema() {
  static const Schema schema(kSchema);
  return schema;
}

// "tags[1]" and "smtp.port" are parts of "tags" and "smtp"; "name2" is none of "name".
bool is_part_of(std::string_view inner, std::string_view field) {
  if (!inner.starts_with(field)) return false;
  return inner.size() == field.size() || inner[field.size()] == '.' || inner[field.size()] == '[';
}

// RFC 1123 section 2.1, and underscores, which occur in real names. A name whose last label is a number is a mistyped
// address: "10.0.0" or "10.0.0.256" (the same rule as in the URL standard).
bool is_domain_name(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > 253) return false;
  bool numeric = true;
  size_t length = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '.') {
      if (length == 0 || length > 63 || text[i - 1] == '-') return false;
      if (i == text.size()) break;
      length = 0;
      numeric = true;
      continue;
    }
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!digit && !letter && !(c == '-' && length > 0)) return false;
    numeric = numeric && digit;
    ++length;
  }
  return !numeric;
}

// Of one machine: what answers for many or for nobody says nothing about a line.
bool is_address(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
    const uint32_t address = ntohl(four.s_addr);
    const bool multicast = address >> 28 == 0xE;
    return address != 0 && address != 0xFFFFFFFF && !multicast;
  }
  // A link-local address needs to say on which interface: fe80::1%eth0 (RFC 4007 section 11).
  const size_t percent = text.find('%');
  in6_addr six{};
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &six) != 1) return false;
  if (IN6_IS_ADDR_UNSPECIFIED(&six) || IN6_IS_ADDR_MULTICAST(&six) || IN6_IS_ADDR_V4MAPPED(&six)) return false;
  if (percent == std::string::npos) return true;
  const std::string interface = text.substr(percent + 1);
  return IN6_IS_ADDR_LINKLOCAL(&six) && !interface.empty() && interface.size() < IF_NAMESIZE &&
         !has_control_characters(interface, false) && interface.find_first_of("/ ") == std::string::npos;
}

// Each field by itself.
std::vector<FieldError> CheckFields(const rapidjson::Value& settings) {
  auto errors = HostSchema().Check(settings);
  const auto wrong = [&](std::string field, std::string message) {
    // What the schema has refused, as a whole or in a part of it, is told once.
    const bool told =
        std::any_of(errors.begin(), errors.end(), [&](const FieldError& e) { return is_part_of(e.field, field); });
    if (!told) errors.push_back({std::move(field), std::move(message), ""});
  };
  if (!settings.IsObject()) return errors;

  if (FindMember(settings, "name") == nullptr) wrong("name", "expected 1 to 100 characters");
  if (FindMember(settings, "ip") == nullptr) wrong("ip", "expected an IPv4 or IPv6 address or a domain name");
  // With a field of a wrong type what follows would be about defaults.
  const Host host = ReadHost(settings);

  if (has_control_characters(host.name, false)) wrong("name", "expected no control characters");
  if (host.name.find_first_not_of(' ') == std::string::npos) wrong("name", "expected more than blanks");
  if (has_control_characters(host.group, false)) wrong("group", "expected no control characters");
  if (has_control_characters(host.customer, false)) wrong("customer", "expected no control characters");
  if (has_control_characters(host.notes, true)) wrong("notes", "expected no control characters but line ends and tabs");
  for (const auto& tag : host.tags)
    if (has_control_characters(tag, false)) wrong("tags", "expected no control characters");
  for (const auto& window : host.maintenance) {
    if (has_control_characters(window.note, false)) wrong("maintenance", "expected no control characters");
    if (window.once && window.once->to <= window.once->from)
      wrong("maintenance", "expected a window that ends after it begins");
  }
  if (!is_address_or_name(host.ip))
    wrong("ip",
          "expected the IPv4 or IPv6 address of one machine, or a domain name "
          "(an international one in its xn-- form)");
  return errors;
}

}  // namespace

bool has_control_characters(std::string_view text, bool lines_allowed) {
  return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
    if (lines_allowed && (c == '\n' || c == '\t' || c == '\r')) return false;
    return c < 0x20 || c == 0x7f;
  });
}

std::string_view HostSchemaText() { return kSchema; }

bool is_address_or_name(std::string_view text) {
  // inet_pton(3) stops at a zero byte: what stands behind it must not pass unseen.
  if (has_control_characters(text, false)) return false;
  return is_address(std::string(text)) || is_domain_name(text);
}

bool is_host_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
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

std::vector<FieldError> CheckSettings(const rapidjson::Value& settings, const Config& config) {
  auto errors = CheckFields(settings);
  if (!errors.empty()) return errors;

  const Host host = ReadHost(settings);
  const std::string cycle = JsonText([&](JsonWriter& out) { WriteJson(out, config.interval); });
  if (host.interval && host.interval->count() % config.interval.count() != 0)
    errors.push_back({"interval", "expected a whole multiple of " + cycle + " s, the interval of config.json", ""});
  if (host.timeout && *host.timeout >= config.interval)
    errors.push_back({"timeout", "expected less than " + cycle + " s, the interval of config.json", ""});
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
  return CheckFields(settings);
}

std::vector<FieldError> CheckParents(const HostList& list, const Host& host) {
  std::unordered_map<std::string_view, const Host*> by_id;
  for (const Host& other : list.hosts)
    if (other.id != host.id) by_id.emplace(other.id, &other);

  std::vector<FieldError> errors;
  for (size_t i = 0; i < host.parents.size(); ++i) {
    const std::string field = "parents[" + std::to_string(i) + "]";
    const std::string& parent = host.parents[i];
    if (parent == host.id) {
      errors.push_back({field, "expected another host: this is the host itself", parent});
      continue;
    }
    if (!by_id.contains(parent)) {
      errors.push_back({field, "expected the id of a host that exists", parent});
      continue;
    }
    // Everything this parent is reached through must not lead back to the host.
    std::unordered_set<std::string_view> seen;
    std::vector<std::string_view> open{parent};
    bool circle = false;
    while (!open.empty() && !circle) {
      const auto found = by_id.find(open.back());
      open.pop_back();
      if (found == by_id.end() || !seen.insert(found->first).second) continue;
      for (const std::string& above : found->second->parents) {
        circle = circle || above == host.id;
        open.push_back(above);
      }
    }
    if (circle)
      errors.push_back(
          {field, "expected no circle: \"" + by_id[parent]->name + "\" is itself reached through this host", parent});
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
