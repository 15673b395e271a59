#include "monitord/settings_reader.h"

#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "monitord/system/log.h"
#include "store/calendar.h"
#include "store/file/file_lock.h"

namespace linewatch {
namespace {

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
  config_ = *std::move(config);
  KeepGoodConfig(path_, lock_path_, patience_);
  UseTimeZone(config_);
  LogInfo("config.json is loaded");
  return true;
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
