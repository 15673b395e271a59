#include "store/config.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "store/host_json.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/json/schema.h"
#include "store/maintenance_schema.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr std::array<std::string_view, 3> kRoleNames = {"viewer", "operator", "admin"};
constexpr std::array<std::string_view, 3> kMailSecurityNames = {"none", "starttls", "tls"};

constexpr std::string_view kBeforeChannels = R"json(
  "interval": {"type": "number", "minimum": 1, "maximum": 86400, "description": "a number of seconds from 1 to 86400"},
  "timeout": {"type": "number", "minimum": 0.05, "maximum": 3600, "description": "a number of seconds from 0.05, shorter than the interval"},
  "retries": {"type": "integer", "minimum": 0, "maximum": 10, "description": "a whole number from 0 to 10"},
  "fail_threshold": {"type": "integer", "minimum": 1, "maximum": 10000, "description": "a whole number from 1 to 10000"},
  "email_cooldown": {"type": "number", "minimum": 1, "maximum": 31536000, "description": "a number of seconds from 1 to 31536000"},
  "uplinks": {"type": "array", "maxItems": 16, "items": {"type": "string"}, "description": "a list of at most 16 addresses or names"},
  "digest_window": {"type": "number", "minimum": 0, "maximum": 3600, "description": "a number of seconds from 0 to 3600"},
  "alert_expiry": {"type": "number", "minimum": 60, "maximum": 31536000, "description": "a number of seconds from 60 to 31536000"},
  "fallback_after": {"type": "number", "minimum": 1, "maximum": 86400, "description": "a number of seconds from 1 to 86400"},
  "heartbeat_url": {"type": "string", "maxLength": 2000, "pattern": "^(https?://.+)?$", "description": "an http or https URL"},
  "report_to": {"type": "array", "maxItems": 50, "items": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"}, "description": "a list of at most 50 mail addresses"},)json";

constexpr std::string_view kBehindChannels = R"json(
  "mqtt": {"type": "object", "additionalProperties": false, "description": "an object", "properties": {
    "host": {"type": "string", "maxLength": 253, "description": "a host name or address"},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "a whole number from 1 to 65535"},
    "username": {"type": "string", "maxLength": 320, "description": "at most 320 characters"},
    "password": {"type": "string", "maxLength": 1000, "writeOnly": true, "description": "at most 1000 characters"},
    "tls": {"type": "boolean", "description": "true or false"},
    "ca_file": {"type": "string", "maxLength": 1000, "description": "the path of a file"},
    "client_cert": {"type": "string", "maxLength": 100, "pattern": "^([A-Za-z0-9_][A-Za-z0-9_.@+-]*)?$",
      "description": "the name of a file in keys/ of the data folder: letters, digits and ._-+@"},
    "client_key": {"type": "string", "maxLength": 100, "pattern": "^([A-Za-z0-9_][A-Za-z0-9_.@+-]*)?$",
      "description": "the name of a file in keys/ of the data folder: letters, digits and ._-+@"}}},
  "ca_file": {"type": "string", "maxLength": 1000, "description": "the path of a file of certificates in PEM form"},
  "access": {"type": "object", "additionalProperties": false, "description": "an object", "properties": {
    "anonymous": {"enum": ["viewer", "operator", "admin"], "description": "viewer, operator or admin"},
    "roles": {"type": "object", "maxProperties": 1000, "additionalProperties": {"enum": ["viewer", "operator", "admin"]},
      "description": "an object of user names, each with viewer, operator or admin"}}},
  "public_url": {"type": "string", "maxLength": 2000, "pattern": "^(https?://.+)?$", "description": "an http or https URL"},
  "timezone": {"type": "string", "maxLength": 100, "description": "a name of the time zone database, such as Europe/Berlin"},
  "checkpoint": {"type": "number", "minimum": 1, "maximum": 86400, "description": "a number of seconds from 1 to 86400"},
  "retention_days": {"type": "integer", "minimum": 1, "maximum": 3660, "description": "a whole number from 1 to 3660"},
  "title": {"type": "string", "minLength": 1, "maxLength": 100, "description": "1 to 100 characters"})json";

// The schema: its fixed parts, and between them those that follow from the list of channels and the windows of
// maintenance.
std::string SchemaText() {
  std::string list;  // "smtp, telegram"
  for (const std::string_view name : kChannelNames) list.append(list.empty() ? "" : ", ").append(name);
  const std::string channels = R"({"type": "array", "items": {"enum": )" + NamesAsJson(kChannelNames) +
                               R"(}, "description": "a list of )" + list + R"("})";
  std::string text = R"({"type": "object", "properties": {)";
  text.append(kBeforeChannels);
  text += R"("fallback": )" + channels + R"json(,
  "routes": {"type": "array", "maxItems": 100, "description": "a list of at most 100 routes", "items": {
    "type": "object", "required": ["group"], "additionalProperties": false, "description": "an object with group, smtp_to and channels",
    "properties": {
      "group": {"type": "string", "minLength": 1, "maxLength": 100, "description": "1 to 100 characters"},
      "smtp_to": {"type": "array", "maxItems": 50, "items": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"}, "description": "a list of at most 50 mail addresses"},
      "channels": )json" +
          channels + "}}},\n";
  text += R"("maintenance": )" + MaintenanceSchema(MaintenanceOf::kGroup) + ",\n";
  for (size_t i = 0; i < kChannelNames.size(); ++i)
    text.append("\"").append(kChannelNames[i]).append("\": ").append(SchemaOf(static_cast<Channel>(i))) += ",\n";
  text.append(kBehindChannels);
  return text += "}}";
}

const Schema& ConfigSchema() {
  static const Schema schema(ConfigSchemaText());
  return schema;
}

}  // namespace

// Found through the namespace of the type, hence not in the unnamed one.
void WriteJson(JsonWriter& out, Role role) { out.String(NameOf(role)); }
bool ReadJson(const rapidjson::Value& json, Role& role) { return ReadName(json, kRoleNames, role); }

void WriteJson(JsonWriter& out, MailSecurity security) {
  out.String(kMailSecurityNames[static_cast<size_t>(security)]);
}
bool ReadJson(const rapidjson::Value& json, MailSecurity& security) {
  return ReadName(json, kMailSecurityNames, security);
}

void WriteJson(JsonWriter& out, const Secret& secret) { WriteJson(out, SecretMark{!secret.text.empty()}); }
bool ReadJson(const rapidjson::Value& json, Secret& secret) { return ReadJson(json, secret.text); }

void WriteJson(JsonWriter& out, const std::map<std::string, Role>& roles) {
  const MemberWriter write(out);
  out.StartObject();
  for (const auto& [user, role] : roles) write(user, role);
  out.EndObject();
}
bool ReadJson(const rapidjson::Value& json, std::map<std::string, Role>& roles) {
  if (!json.IsObject()) return false;
  for (const auto& member : json.GetObject()) ReadJson(member.value, roles[std::string(StringOf(member.name))]);
  return true;
}

template <MaybeConst<Config::Route> R>
void VisitMembers(R& route, auto&& visit) {
  visit("group", route.group);
  visit("smtp_to", route.smtp_to);
  visit("channels", route.channels);
}

void WriteJson(JsonWriter& out, const Config::GroupMaintenance& maintenance) {
  out.StartObject();
  const MemberWriter write(out);
  write("group", maintenance.group);
  WriteMembers(out, maintenance.window);
  out.EndObject();
}
bool ReadJson(const rapidjson::Value& json, Config::GroupMaintenance& maintenance) {
  MemberReader read(json);
  read("group", maintenance.group);
  return ReadJson(json, maintenance.window);
}

template <MaybeConst<Config::Smtp> S>
void VisitMembers(S& smtp, auto&& visit) {
  visit("host", smtp.host);
  visit("port", smtp.port);
  visit("security", smtp.security);
  visit("username", smtp.username);
  visit("password", smtp.password);
  visit("from", smtp.from);
  visit("to", smtp.to);
  visit("ca_file", smtp.ca_file);
  visit("helo", smtp.helo);
}

// The object of a channel, of which Config holds what is given.
template <class Settings>
struct ChannelObject {
  Channel channel;
  Settings& settings;
};
template <class Settings>
void WriteJson(JsonWriter& out, const ChannelObject<Settings>& object) {
  const MemberWriter write(out);
  out.StartObject();
  for (const ChannelSetting& setting : TraitsOf(object.channel).settings) {
    const auto given = object.settings.find(setting.name);
    const std::string_view text = given == object.settings.end() ? std::string_view() : given->second;
    if (setting.is_headers) {
      out.Key(setting.name);
      out.StartObject();
      for (const auto& [name, value] : HeadersIn(text)) write(name, SecretMark{true});
      out.EndObject();
    } else if (setting.is_secret) {
      write(setting.name, SecretMark{!text.empty()});
    } else {
      write(setting.name, text);
    }
  }
  out.EndObject();
}
bool ReadJson(const rapidjson::Value& json, ChannelObject<ChannelSettings>& object) {
  if (!json.IsObject()) return false;
  for (const ChannelSetting& setting : TraitsOf(object.channel).settings) {
    const auto* value = FindMember(json, setting.name);
    if (value == nullptr) continue;
    std::string& text = object.settings[setting.name];
    if (!setting.is_headers) {
      ReadJson(*value, text);
    } else if (value->IsObject()) {
      for (const auto& header : value->GetObject())
        text.append(StringOf(header.name)).append(": ").append(StringOf(header.value)) += '\n';
    }
  }
  return true;
}

template <MaybeConst<Config> C>
void VisitChannels(C& config, auto&& visit) {
  for (size_t i = 0; i < kChannelNames.size(); ++i) {
    const auto channel = static_cast<Channel>(i);
    ChannelObject<std::remove_reference_t<decltype(config.channels[i])>> object{channel, config.channels[i]};
    if (channel == Channel::kSmtp) {
      visit(kChannelNames[i], config.smtp);
    } else {
      visit(kChannelNames[i], object);
    }
  }
}

template <MaybeConst<Config::Mqtt> M>
void VisitMembers(M& mqtt, auto&& visit) {
  visit("host", mqtt.host);
  visit("port", mqtt.port);
  visit("username", mqtt.username);
  visit("password", mqtt.password);
  visit("tls", mqtt.tls);
  visit("ca_file", mqtt.ca_file);
  visit("client_cert", mqtt.client_cert);
  visit("client_key", mqtt.client_key);
}

template <MaybeConst<Config::Access> A>
void VisitMembers(A& access, auto&& visit) {
  visit("anonymous", access.anonymous);
  visit("roles", access.roles);
}

template <MaybeConst<Config> C>
void VisitMembers(C& config, auto&& visit) {
  visit("interval", config.interval);
  visit("timeout", config.timeout);
  visit("retries", config.retries);
  visit("fail_threshold", config.fail_threshold);
  visit("email_cooldown", config.email_cooldown);
  visit("uplinks", config.uplinks);
  visit("digest_window", config.digest_window);
  visit("alert_expiry", config.alert_expiry);
  visit("fallback_after", config.fallback_after);
  visit("fallback", config.fallback);
  visit("routes", config.routes);
  visit("maintenance", config.maintenance);
  visit("heartbeat_url", config.heartbeat_url);
  visit("report_to", config.report_to);
  VisitChannels(config, visit);
  visit("mqtt", config.mqtt);
  visit("ca_file", config.ca_file);
  visit("access", config.access);
  visit("public_url", config.public_url);
  visit("timezone", config.timezone);
  visit("checkpoint", config.checkpoint);
  visit("retention_days", config.retention_days);
  visit("title", config.title);
}

namespace {

bool is_time_zone(const std::string& name) {
  if (name.empty()) return true;
  if (name.front() == '/' || name.find("..") != std::string::npos) return false;
  std::error_code error;
  return std::filesystem::is_regular_file("/usr/share/zoneinfo/" + name, error);
}

void RemoveNulls(rapidjson::Value& object) {
  for (auto member = object.MemberBegin(); member != object.MemberEnd();) {
    if (member->value.IsNull()) {
      member = object.EraseMember(member);
      continue;
    }
    if (member->value.IsObject()) RemoveNulls(member->value);
    ++member;
  }
}

// {"set": true} says "as it is": the member is taken out of the patch, wherever it stands.
void RemoveKeptSecrets(rapidjson::Value& patch) {
  for (auto member = patch.MemberBegin(); member != patch.MemberEnd();) {
    rapidjson::Value& value = member->value;
    const auto* set = FindMember(value, "set");
    if (set != nullptr && set->IsTrue() && value.MemberCount() == 1) {
      member = patch.EraseMember(member);
      continue;
    }
    if (value.IsObject()) RemoveKeptSecrets(value);
    ++member;
  }
}

// Of a channel's setting, "webhook.template".
bool has_lines(std::string_view field) {
  const size_t dot = field.find('.');
  const auto channel = ChannelNamed(field.substr(0, dot));
  if (!channel || dot == std::string_view::npos) return false;
  const auto settings = TraitsOf(*channel).settings;
  return std::any_of(settings.begin(), settings.end(), [&](const ChannelSetting& setting) {
    return setting.has_lines && setting.name == field.substr(dot + 1);
  });
}

// Line ends in an address or a title would be lines of a mail's header.
void FindControlCharacters(const rapidjson::Value& value, const std::string& field, std::vector<FieldError>& errors) {
  if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      std::string name = field;
      if (!name.empty()) name += '.';
      name += StringOf(member.name);
      FindControlCharacters(member.value, name, errors);
    }
  } else if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      FindControlCharacters(value[i], field + '[' + std::to_string(i) + ']', errors);
  } else if (value.IsString()) {
    if (has_control_characters(StringOf(value), has_lines(field)))
      errors.push_back({field, "expected no control characters", ""});
  }
}

}  // namespace

std::string_view NameOf(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

std::string_view ConfigSchemaText() {
  static const std::string text = SchemaText();
  return text;
}

const std::string& Config::SettingOf(Channel channel, std::string_view name) const {
  static const std::string unset;
  const ChannelSettings& given = channels[static_cast<size_t>(channel)];
  if (const auto setting = given.find(name); setting != given.end()) return setting->second;
  const auto settings = TraitsOf(channel).settings;
  if (std::none_of(settings.begin(), settings.end(), [&](const ChannelSetting& s) { return s.name == name; }))
    throw std::logic_error(std::string(NameOf(channel)).append(" has no setting ").append(name));
  return unset;
}

ConfigResult CheckConfig(const rapidjson::Value& settings) {
  rapidjson::Document given;
  given.CopyFrom(settings, given.GetAllocator());
  if (given.IsObject()) RemoveNulls(given);
  auto errors = ConfigSchema().Check(given);
  if (!errors.empty()) return errors;

  FindControlCharacters(given, "", errors);
  for (size_t i = 0; i < kChannelNames.size(); ++i)
    if (const auto* channel = FindMember(given, kChannelNames[i]); channel != nullptr)
      if (const auto check = TraitsOf(static_cast<Channel>(i)).check) check(*channel, errors);
  if (!errors.empty()) return errors;

  Config config;
  ReadJson(given, config);
  if (config.timeout >= config.interval)
    errors.push_back(
        {"timeout", "expected less than the interval, so that two cycles never overlap", JsonTextOf(config.timeout)});
  for (size_t i = 0; i < config.uplinks.size(); ++i)
    if (!is_address_or_name(config.uplinks[i]))
      errors.push_back({"uplinks[" + std::to_string(i) + "]", "expected an IPv4 or IPv6 address or a domain name",
                        config.uplinks[i]});
  for (size_t i = 0; i < config.maintenance.size(); ++i)
    if (const auto& once = config.maintenance[i].window.once; once && once->to <= once->from)
      errors.push_back({"maintenance[" + std::to_string(i) + "]", "expected a window that ends after it begins",
                        JsonTextOf(config.maintenance[i])});
  if (!is_time_zone(config.timezone))
    errors.push_back({"timezone", "expected a name of the time zone database, such as Europe/Berlin", config.timezone});
  if (!errors.empty()) return errors;
  return config;
}

ConfigResult ParseConfig(std::string_view text) {
  rapidjson::Document settings;
  if (const auto fault = ParseJson(text, settings))
    return std::vector<FieldError>{{"", "line " + std::to_string(fault->line) + ": " + fault->what, ""}};
  return CheckConfig(settings);
}

std::string Describe(const std::vector<FieldError>& errors) {
  std::string text;
  for (const FieldError& error : errors) {
    if (!text.empty()) text += '\n';
    if (!error.field.empty()) text += error.field;
    if (!error.value.empty()) text += " is " + error.value;
    if (!error.field.empty()) text += ": ";
    text += error.message;
  }
  return text;
}

void WriteConfig(JsonWriter& out, const Config& config) { WriteJson(out, config); }

std::variant<std::string, std::vector<FieldError>> PatchConfig(std::string_view text, const rapidjson::Value& patch) {
  rapidjson::Document settings;
  if (const auto fault = ParseJson(text, settings))
    return std::vector<FieldError>{{"", "line " + std::to_string(fault->line) + ": " + fault->what, ""}};
  rapidjson::Document changes;
  changes.CopyFrom(patch, changes.GetAllocator());
  if (!changes.IsObject()) return std::vector<FieldError>{{"", "expected an object", ""}};
  RemoveKeptSecrets(changes);
  MergePatch(settings, changes, settings.GetAllocator());
  const auto checked = CheckConfig(settings);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&checked)) return *errors;

  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out(buffer);
  out.SetIndent(' ', 2);
  settings.Accept(out);
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

}  // namespace linewatch
