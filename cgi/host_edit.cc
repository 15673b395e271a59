#include "cgi/host_edit.h"

#include <utility>
#include <variant>

#include "store/host_check.h"
#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/text/network_name.h"
#include "store/text/url.h"

namespace linewatch::cgi {
namespace {

// What the kind of check that `patch` asks for has no use for.
void DropForeignSettings(rapidjson::Value& settings, const rapidjson::Value& patch) {
  const auto* check = FindMember(patch, "check");
  if (check == nullptr) return;
  CheckKind kind = CheckKind::kPing;  // null is the default
  ReadName(*check, kCheckKindNames, kind);
  for (auto member = settings.MemberBegin(); member != settings.MemberEnd();) {
    const auto name = StringOf(member->name);
    const bool is_foreign = is_service_member(name) && !has_service_member(kind, name);
    member = is_foreign ? settings.EraseMember(member) : member + 1;
  }
}

}  // namespace

rapidjson::Document SettingsOf(const Host& host) {
  rapidjson::Document settings;
  ParseJson(JsonText([&](JsonWriter& out) { WriteSettings(out, host); }), settings);
  return settings;
}

rapidjson::Document PatchedSettings(const Host& host, const rapidjson::Value& patch) {
  rapidjson::Document settings = SettingsOf(host);
  DropForeignSettings(settings, patch);
  MergePatch(settings, patch, settings.GetAllocator());
  DropIgnoredMembers(settings);
  return settings;
}

std::vector<FieldError> CheckPatched(const rapidjson::Value& patched, const rapidjson::Value& patch,
                                     const Config& config) {
  auto errors = ValidateSettings(patched, config);
  std::erase_if(errors, [&](const FieldError& error) {
    const bool is_own = FindMember(patch, error.field) != nullptr || is_service_member(error.field);
    return is_setting_member(error.field) && !is_own;
  });
  return errors;
}

Host WithSettings(const Host& host, const rapidjson::Value& settings) {
  Host changed = ReadHost(settings);
  changed.id = host.id;
  changed.revision = host.revision;
  changed.unknown_members = host.unknown_members;
  changed.acknowledged = TargetOf(changed) == TargetOf(host) ? host.acknowledged : std::nullopt;
  return changed;
}

std::vector<std::string> ChangedSettings(const Host& before, const Host& after) {
  const auto old_settings = SettingsOf(before), new_settings = SettingsOf(after);
  std::vector<std::string> names;
  for (const auto& member : new_settings.GetObject()) {
    const auto* old = FindMember(old_settings, StringOf(member.name));
    if (old == nullptr || member.value != *old) names.emplace_back(StringOf(member.name));
  }
  return names;
}

std::vector<FieldError> FindMisledSecrets(const rapidjson::Value& settings, const Host& before, const Host& after) {
  if (before.check != CheckKind::kHttp || after.check != CheckKind::kHttp) return {};
  const auto from = ParseUrl(before.check_settings->url), to = ParseUrl(after.check_settings->url);
  const bool is_same_server =
      std::get<Url>(to).has_same_origin(std::get<Url>(from)) && CanonicalName(after.ip) == CanonicalName(before.ip);
  if (is_same_server) return {};
  std::vector<FieldError> errors;
  const auto is_kept = [](const rapidjson::Value* value) { return value != nullptr && value->IsObject(); };
  const std::string advice = "expected again, or null: the URL or the address leads to another server";
  if (is_kept(FindMember(settings, "password"))) errors.push_back({"password", advice, ""});
  if (const auto* headers = FindMember(settings, "headers"); is_kept(headers))
    for (const auto& header : headers->GetObject())
      if (is_kept(&header.value)) errors.push_back({"headers." + std::string(StringOf(header.name)), advice, ""});
  return errors;
}

void ReplaceSettings(Host& host, Host&& changed) {
  if (TargetOf(changed) == TargetOf(host)) changed.seen = std::move(host.seen);
  ++changed.revision;
  host = std::move(changed);
}

}  // namespace linewatch::cgi
