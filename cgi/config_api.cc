#include "cgi/config_api.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cgi/access.h"
#include "store/atomic_file.h"
#include "store/file_lock.h"
#include "store/json_members.h"

namespace linewatch::cgi {
namespace {

Response BrokenConfig(const std::vector<FieldError>& errors) {
  std::vector<FieldError> told{{"", "config.json on disk is broken and has to be repaired there first", ""}};
  told.insert(told.end(), errors.begin(), errors.end());
  return FieldProblem(told, 409);
}

Response ConfigResponse(const Config& config) {
  return JsonResponse(200, [&](JsonWriter& out) { WriteConfig(out, config); });
}

// The keys whose values differ; each text is one that ParseConfig takes.
std::vector<std::string> ChangedKeys(std::string_view before, std::string_view after) {
  rapidjson::Document old_settings, new_settings;
  ParseJson(before, old_settings);
  ParseJson(after, new_settings);
  std::vector<std::string> keys;
  for (const auto& member : new_settings.GetObject()) {
    const auto* old_value = FindMember(old_settings, StringOf(member.name));
    if (old_value == nullptr || *old_value != member.value) keys.emplace_back(StringOf(member.name));
  }
  for (const auto& member : old_settings.GetObject())
    if (FindMember(new_settings, StringOf(member.name)) == nullptr) keys.emplace_back(StringOf(member.name));
  return keys;
}

}  // namespace

Response ShowConfig(Installation& installation, const Request&, std::string_view) {
  if (const auto& errors = installation.config.errors(); !errors.empty()) return BrokenConfig(errors);
  return ConfigResponse(installation.config.settings());
}

Response PatchConfig(Installation& installation, const Request& request, std::string_view) {
  rapidjson::Document patch;
  if (auto problem = ParseBody(request, patch)) return *std::move(problem);

  const FileLock lock(installation.hosts.folders().lock());
  if (const auto& errors = installation.config.errors(); !errors.empty()) return BrokenConfig(errors);
  const auto& path = installation.config.path();
  const std::string before = ReadFile(path, kMaxConfigBytes);
  const auto patched = linewatch::PatchConfig(before, patch);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&patched)) return FieldProblem(*errors);
  const auto& after = std::get<std::string>(patched);
  auto keys = ChangedKeys(before, after);
  if (keys.empty()) return ConfigResponse(installation.config.settings());

  // The event stands before the change it tells of, so that no change is without one.
  AtomicFile file(path, kConfigMode);
  file.Write(after);
  file.Sync();
  installation.events.Append({EditEvent{WallNow(), std::string(UserOf(request)), "config", "", std::move(keys)}});
  file.Commit(Previous::kKeep);
  return ConfigResponse(installation.config.settings());
}

Response ShowMe(Installation& installation, const Request& request, std::string_view) {
  const auto user = UserOf(request);
  const Role role = RoleOf(request, installation.config.settings().access);
  return JsonResponse(200, [&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("user", user.empty() ? std::nullopt : std::optional(std::string(user)));
    write("role", NameOf(role));
    out.EndObject();
  });
}

}  // namespace linewatch::cgi
