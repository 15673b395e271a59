#include "monitord/settings_reader.h"

#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "monitord/system/log.h"
#include "store/calendar.h"
#include "store/file/file_lock.h"
#include "store/json/json.h"

namespace linewatch {
namespace {

constexpr char kNotTakenOver[] = "setting_moved";

// The merge patch that sets one setting of a channel.
rapidjson::Document PatchOf(Channel channel, const std::string& setting, const std::string& to) {
  const std::string text = JsonText([&](JsonWriter& out) {
    out.StartObject();
    out.Key(NameOf(channel));
    out.StartObject();
    out.Key(setting);
    out.String(to);
    out.EndObject();
    out.EndObject();
  });
  rapidjson::Document patch;
  ParseJson(text, patch);
  return patch;
}

LoadedConfig LoadConfig(const std::filesystem::path& path) {
  std::string text;
  try {
    text = ReadFile(path, kMaxConfigBytes);
  } catch (const std::system_error& error) {
    std::string fault = path.filename().string() + " cannot be read: " + error.code().message();
    if (error.code() == std::errc::no_such_file_or_directory)
      fault += "; create it, {} is enough: every setting has a default";
    return {std::nullopt, fault};
  }
  auto result = ParseConfig(text);
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&result))
    return {std::nullopt, path.filename().string() + ": " + Describe(*errors)};
  return {std::get<Config>(std::move(result)), ""};
}

}  // namespace

LoadedConfig LoadConfigOrPrevious(const std::filesystem::path& path) {
  LoadedConfig now = LoadConfig(path);
  if (!now.config) now.config = LoadConfig(PreviousOf(path)).config;
  return now;
}

void KeepGoodConfig(const std::filesystem::path& path, const std::filesystem::path& lock_path,
                    std::chrono::milliseconds patience) {
  try {
    const FileLock lock(lock_path, patience);
    const std::string text = ReadFile(path, kMaxConfigBytes);
    const auto previous = PreviousOf(path);
    if (IdentityOf(previous).exists() && ReadFile(previous, kMaxConfigBytes) == text) return;
    ReplaceFile(previous, text, kConfigMode);
  } catch (const std::system_error& error) {
    LogWarning("no copy of config.json could be kept: " + std::string(error.what()));
  }
}

SettingsReader::SettingsReader(std::filesystem::path path, Config config, const Folders& folders,
                               std::chrono::milliseconds patience, NoticeList& notices)
    : path_(std::move(path)),
      lock_path_(folders.lock()),
      patience_(patience),
      notices_(notices),
      config_(std::move(config)),
      config_seen_(IdentityOf(path_)),
      secret_store_(folders.secrets()) {}

bool SettingsReader::ReadConfig() {
  const FileIdentity found = IdentityOf(path_);
  if (found == config_seen_) return false;
  config_seen_ = found;
  auto [config, fault] = LoadConfig(path_);
  if (!config) {
    notices_.Put("config_broken", fault + "; the last good settings go on");
    return false;
  }
  notices_.Remove("config_broken");
  notices_.Remove(kNotTakenOver);
  config_ = *std::move(config);
  KeepGoodConfig(path_, lock_path_, patience_);
  UseTimeZone(config_);
  LogInfo("config.json is loaded");
  return true;
}

bool SettingsReader::TakeOver(Channel channel, const std::string& setting, const std::string& from,
                              const std::string& to) {
  const std::string name = std::string(NameOf(channel)) + '.' + setting;
  try {
    const FileLock lock(lock_path_, patience_);
    const std::string before = ReadFile(path_, kMaxConfigBytes);
    const auto config = ParseConfig(before);
    if (!std::holds_alternative<Config>(config) || std::get<Config>(config).SettingOf(channel, setting) != from)
      return false;
    const auto after = PatchConfig(before, PatchOf(channel, setting, to));
    if (!std::holds_alternative<std::string>(after)) return false;
    AtomicFile file(path_, kConfigMode);
    file.Write(std::get<std::string>(after));
    file.Commit(Previous::kKeep);
    LogInfo(name + " is " + to + " now, the server says; it was " + from);
    return true;
  } catch (const std::system_error& error) {
    notices_.Put(kNotTakenOver,
                 name + " is " + to + " now, the server says, and config.json could not be written (" +
                     error.code().message() + "): enter it in the settings",
                 error.what());
    return false;
  }
}

bool SettingsReader::ReadSecrets() {
  constexpr const char* kGoOn = "; those that were read before go on";
  try {
    const FileIdentity found = secret_store_.identity();
    if (found == secrets_seen_) return false;
    secrets_seen_ = found;
    secrets_ = secret_store_.Read();
    notices_.Remove("secrets_broken");
    return true;
  } catch (const BrokenSecrets& error) {
    notices_.Put("secrets_broken", std::string(error.what()) + kGoOn);
  } catch (const std::system_error& error) {
    secrets_seen_.reset();  // who may read it again does not change it
    notices_.Put("secrets_broken", "secrets.json could not be read: " + error.code().message() + kGoOn, error.what());
  }
  return false;
}

}  // namespace linewatch
