#include "cgi/config_api.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cgi/requester.h"
#include "store/file/atomic_file.h"
#include "store/file/file_lock.h"
#include "store/host_check.h"
#include "store/json/json_members.h"
#include "store/text/wording.h"

namespace linewatch::cgi {
namespace {

Response BrokenConfig(const std::vector<FieldError>& errors) {
  std::vector<FieldError> all{{"", "config.json on disk is broken and has to be repaired there first", ""}};
  all.insert(all.end(), errors.begin(), errors.end());
  return FieldProblem(all, 409);
}

// Made of which file it is: a hash of its content would say something of the secrets in it.
std::string TagOf(const FileIdentity& file) {
  return '"' + std::to_string(file.modified.tv_sec) + '-' + std::to_string(file.modified.tv_nsec) + '-' +
         std::to_string(file.inode) + '-' + std::to_string(file.size) + '"';
}

Response ConfigResponse(EffectiveConfig& config) {
  Response response = JsonResponse(200, [&](JsonWriter& out) { WriteConfig(out, config.settings()); });
  response.SetHeader("ETag", TagOf(config.identity()));
  return response;
}

// The hosts whose own settings would be refused from then on. Those that are so already, by an edit of a file by hand,
// refuse nothing.
std::vector<FieldError> FindOutpaced(const HostList& list, const Config& before, const Config& after) {
  constexpr size_t kMostNames = 3;
  std::vector<std::string> by_interval, by_timeout;
  for (const Host& host : list.hosts) {
    const auto old_errors = CheckPace(host, before);
    for (const FieldError& error : CheckPace(host, after)) {
      const bool is_old = std::any_of(old_errors.begin(), old_errors.end(),
                                      [&](const FieldError& old) { return old.field == error.field; });
      if (!is_old) (error.field == "interval" ? by_interval : by_timeout).push_back(host.name);
    }
  }
  std::vector<FieldError> errors;
  const auto refuse = [&](const std::vector<std::string>& names, const std::string& expected) {
    if (!names.empty())
      errors.push_back({"interval", expected + ListOf(names, kMostNames) + "; change it there first", ""});
  };
  refuse(by_interval, "expected one that divides the hosts' own intervals, also that of ");
  refuse(by_timeout, "expected more than the hosts' own timeouts, also that of ");
  return errors;
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
  return ConfigResponse(installation.config);
}

Response PatchConfig(Installation& installation, const Request& request, std::string_view) {
  rapidjson::Document patch;
  if (auto problem = ParseBody(request, patch)) return *std::move(problem);

  const FileLock lock(installation.hosts.folders().lock());
  if (const auto& errors = installation.config.errors(); !errors.empty()) return BrokenConfig(errors);
  if (is_of_another_version(request, TagOf(installation.config.identity())))
    return Problem(412, "Somebody else has changed the settings meanwhile.");
  const auto& path = installation.config.path();
  const std::string before = ReadFile(path, kMaxConfigBytes);
  const auto patched = linewatch::PatchConfig(before, patch);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&patched)) return FieldProblem(*errors);
  const auto& after = std::get<std::string>(patched);
  auto keys = ChangedKeys(before, after);
  if (keys.empty()) return ConfigResponse(installation.config);
  if (std::find(keys.begin(), keys.end(), "interval") != keys.end()) {
    const auto outpaced =
        FindOutpaced(installation.hosts.Read(), installation.config.settings(), std::get<Config>(ParseConfig(after)));
    if (!outpaced.empty()) return FieldProblem(outpaced);
  }

  // The event is written before the change that it is about, so that no change is without one.
  AtomicFile file(path, kConfigMode);
  file.Write(after);
  file.Sync();
  installation.events.Append(
      {EditEvent{WallNow(), std::string(UserOf(request)), EditAction::kConfig, "", std::move(keys)}});
  file.Commit(Previous::kKeep);
  return ConfigResponse(installation.config);
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
