#include "store/host_check.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"
#include "store/text/status_ranges.h"
#include "store/text/url.h"

namespace linewatch {
namespace {

constexpr std::string_view kSchema = R"json({
"type": "object",
"properties": {
  "name": {"type": "string", "minLength": 1, "maxLength": 100, "description": "1 to 100 characters, no control characters"},
  "ip": {"type": "string", "maxLength": 253, "description": "an IPv4 or IPv6 address or a domain name"},
  "check": {"enum": ["ping", "http", "tls", "tcp", "dns", "mqtt", "push"], "description": "ping, http, tls, tcp, dns, mqtt or push"},
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
  "url": {"type": "string", "maxLength": 2000, "description": "an http:// or https:// URL of at most 2000 characters"},
  "method": {"enum": ["GET", "HEAD", "POST"], "description": "GET, HEAD or POST"},
  "expect_status": {"type": "string", "maxLength": 200, "description": "status codes and ranges of them, such as \"200-399\" or \"200,204\""},
  "keyword": {"type": "string", "minLength": 1, "maxLength": 1000, "description": "1 to 1000 characters"},
  "keyword_absent": {"type": "boolean", "description": "true or false"},
  "follow_redirects": {"type": "boolean", "description": "true or false"},
  "ip_version": {"enum": [4, 6], "description": "4, 6 or null"},
  "username": {"type": "string", "maxLength": 320, "description": "at most 320 characters, no control characters and no colon"},
  "password": {"writeOnly": true, "description": "at most 1000 characters without control characters, or {\"set\": true} for the one that is there",
    "oneOf": [{"type": "string", "maxLength": 1000}, {"type": "object", "required": ["set"], "additionalProperties": false, "properties": {"set": {"enum": [true]}}}]},
  "headers": {"type": "object", "maxProperties": 20, "writeOnly": true,
    "description": "an object of at most 20 headers, each with a value of at most 4000 characters or {\"set\": true} for the one that is there",
    "additionalProperties": {"oneOf": [{"type": "string", "maxLength": 4000}, {"type": "object", "required": ["set"], "additionalProperties": false, "properties": {"set": {"enum": [true]}}}]}},
  "verify_tls": {"type": "boolean", "description": "true or false"},
  "warn_days": {"type": "array", "maxItems": 10, "uniqueItems": true, "description": "a list of at most 10 whole numbers of days from 1 to 365",
    "items": {"type": "integer", "minimum": 1, "maximum": 365}},
  "server_name": {"type": "string", "maxLength": 253, "description": "an IPv4 or IPv6 address or a domain name"},
  "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "a whole number from 1 to 65535"},
  "query": {"type": "string", "maxLength": 253, "description": "a domain name"},
  "record": {"enum": ["A", "AAAA", "MX", "TXT", "CNAME"], "description": "A, AAAA, MX, TXT or CNAME"},
  "expect": {"type": "string", "maxLength": 1000, "description": "at most 1000 characters"},
  "topic": {"type": "string", "maxLength": 1000, "description": "a topic of MQTT of at most 1000 characters, perhaps with + and # as wildcards"},
  "max_age": {"type": "number", "minimum": 1, "maximum": 31536000, "description": "a number of seconds from 1 to 31536000"},
  "min": {"type": "number", "description": "a number"},
  "max": {"type": "number", "description": "a number"},
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

using Wrong = std::function<void(std::string field, std::string message)>;

// RFC 9110 section 5.6.2.
bool is_header_name(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || kPunctuation.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// What a request is framed by is not for people to say: a server could be made to see two where there is one.
bool is_framing_header(std::string_view name) {
  constexpr std::string_view kFraming[] = {"Connection", "Content-Length",    "Expect",
                                           "TE",         "Transfer-Encoding", "Upgrade"};
  return std::any_of(std::begin(kFraming), std::end(kFraming),
                     [&](std::string_view framing) { return same_but_for_case(name, framing); });
}

void CheckSecrets(const rapidjson::Value& settings, const Wrong& wrong) {
  const auto is_plain = [](const rapidjson::Value& value) {
    return !value.IsString() || !has_control_characters(StringOf(value), false);
  };
  if (const auto* password = FindMember(settings, "password"); password != nullptr && !is_plain(*password))
    wrong("password", "expected no control characters");
  const auto* headers = FindMember(settings, "headers");
  if (headers == nullptr || !headers->IsObject()) return;
  for (const auto& header : headers->GetObject()) {
    const auto name = StringOf(header.name);
    if (!is_header_name(name) || is_framing_header(name))
      wrong("headers", "expected names of HTTP headers, and none that frames the request");
    if (!is_plain(header.value)) wrong("headers", "expected values without control characters");
  }
}

// Section 4.7 of MQTT 3.1.1: + stands for one whole level, # for all that follow.
bool is_topic_filter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_level_begin = i == 0 || text[i - 1] == '/', is_last = i + 1 == text.size();
    if (text[i] == '+' && !(is_level_begin && (is_last || text[i + 1] == '/'))) return false;
    if (text[i] == '#' && !(is_level_begin && is_last)) return false;
  }
  return !text.empty();
}

// Each kind's own settings.
void CheckService(const rapidjson::Value& settings, const Host& host, const Wrong& wrong) {
  const Service& service = *host.service;
  for (const auto& [field, text] :
       {std::pair("keyword", service.keyword.value_or("")), std::pair("expect", service.expect.value_or("")),
        std::pair("username", service.username), std::pair("topic", service.topic)})
    if (has_control_characters(text, false)) wrong(field, "expected no control characters");
  switch (host.check) {
    case CheckKind::kPing:
      break;
    case CheckKind::kHttp: {
      const auto url = ParseUrl(service.url);
      if (const auto* fault = std::get_if<std::string>(&url)) wrong("url", *fault);
      if (!StatusRanges::Parse(service.expect_status))
        wrong("expect_status", "expected status codes and ranges of them, such as \"200-399\" or \"200,204\"");
      if (service.username.find(':') != std::string::npos) wrong("username", "expected no colon (RFC 7617)");
      if (service.method == "HEAD" && service.keyword)
        wrong("keyword", "expected null, for an answer to HEAD has no body to look into");
      CheckSecrets(settings, wrong);
      break;
    }
    case CheckKind::kTls:
      if (!service.server_name.empty() && !is_address_or_name(service.server_name))
        wrong("server_name", "expected an IPv4 or IPv6 address or a domain name");
      break;
    case CheckKind::kTcp:
      if (!service.port) wrong("port", "expected a whole number from 1 to 65535");
      break;
    case CheckKind::kDns:
      if (!is_domain_name(service.query)) wrong("query", "expected the domain name to ask for");
      break;
    case CheckKind::kMqtt:
      if (!is_topic_filter(service.topic))
        wrong("topic", "expected a topic of MQTT, such as hall/3/temperature, perhaps with + and # as wildcards");
      if (service.min && service.max && *service.min > *service.max) wrong("max", "expected at least min");
      break;
    case CheckKind::kPush:
      break;
  }
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
  // With a field of a wrong type what follows would be about defaults.
  const Host host = ReadHost(settings);
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
  if (host.service) CheckService(settings, host, wrong);
  return errors;
}

}  // namespace

std::string_view HostSchemaText() { return kSchema; }

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

std::vector<Circular> FindCircles(const std::vector<const Host*>& hosts) {
  std::unordered_map<std::string_view, size_t> places;
  for (size_t i = 0; i < hosts.size(); ++i) places.emplace(hosts[i]->id, i);
  std::vector<std::vector<size_t>> above(hosts.size()), below(hosts.size());
  for (size_t i = 0; i < hosts.size(); ++i) {
    for (const std::string& parent : hosts[i]->parents) {
      const auto found = places.find(parent);
      if (found == places.end()) continue;
      above[i].push_back(found->second);
      below[found->second].push_back(i);
    }
  }
  // Takes away, one after the other, who is reached through nobody that is left, and then who leads to nobody that is
  // left: the rest are circles, and what lies between two of them.
  std::vector<bool> is_gone(hosts.size(), false);
  const auto take_away = [&](const auto& through, const auto& onward) {
    std::vector<size_t> count(hosts.size(), 0), open;
    for (size_t i = 0; i < hosts.size(); ++i) {
      if (is_gone[i]) continue;
      for (const size_t other : through[i]) count[i] += is_gone[other] ? 0 : 1;
      if (count[i] == 0) open.push_back(i);
    }
    while (!open.empty()) {
      const size_t i = open.back();
      open.pop_back();
      is_gone[i] = true;
      for (const size_t other : onward[i])
        if (!is_gone[other] && --count[other] == 0) open.push_back(other);
    }
  };
  take_away(above, below);
  take_away(below, above);

  std::vector<Circular> circles;
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (is_gone[i]) continue;
    const auto parent = std::find_if(above[i].begin(), above[i].end(), [&](size_t other) { return !is_gone[other]; });
    circles.push_back({hosts[i], hosts[*parent]});
  }
  return circles;
}

const Host* FindSameTarget(const HostList& list, const Host& host) {
  const std::string target = TargetOf(host);
  for (const Host& other : list.hosts)
    if (other.id != host.id && TargetOf(other) == target) return &other;
  return nullptr;
}

}  // namespace linewatch
