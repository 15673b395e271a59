#include "monitord/settings_reader.h"

#include <string>
#include <system_error>
#include <utility>

#include "monitord/system/config_file.h"
#include "monitord/system/log.h"
#include "store/calendar.h"

namespace linewatch {

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
  auto [config, fault] = LoadConfigFile(path_);
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
