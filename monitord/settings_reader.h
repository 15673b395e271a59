// config.json and secrets.json as the daemon uses them: read at a start, and again when they change. When an edit is
// bad, the last good ones go on.
#ifndef LINEWATCH_MONITORD_SETTINGS_READER_H_
#define LINEWATCH_MONITORD_SETTINGS_READER_H_

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "monitord/notice_list.h"
#include "store/config.h"
#include "store/file/atomic_file.h"
#include "store/host_store.h"
#include "store/secrets.h"

namespace linewatch {

// What a start finds.
struct LoadedConfig {
  std::optional<Config> config;
  std::string fault;  // file, key, value and what was expected; empty when the file is good
};
// The file; if that is not good, what was last good, path.prev, together with the fault.
LoadedConfig LoadConfigOrPrevious(const std::filesystem::path& path);

// The file is good: keeps a copy as path.prev for a start that finds it broken. That it could not is logged.
void KeepGoodConfig(const std::filesystem::path& path, const std::filesystem::path& lock_path,
                    std::chrono::milliseconds patience);

class SettingsReader {
 public:
  // `config` is what `path` held when it was loaded. `patience` is for a lock that another program holds; `notices`
  // outlives this.
  SettingsReader(std::filesystem::path path, Config config, const Folders& folders, std::chrono::milliseconds patience,
                 NoticeList& notices);

  // Both stay where they are: whoever needs them may keep a reference.
  const Config& config() const { return config_; }
  const Secrets& secrets() const { return secrets_; }

  // The file is read with the next ReadConfig, whether it looks changed or not.
  void ForgetConfig() { config_seen_ = {}; }

  // True when there are other settings than before. What is wrong with a file is a notice, and the settings that were
  // read before go on.
  bool ReadConfig();
  bool ReadSecrets();

  // A channel's server says that a text setting, which was `from`, is `to` from now on: it is written into config.json as
  // an edit is. True when it was, to be read with the next ReadConfig; false when somebody has changed it meanwhile. What
  // cannot be written is a notice that says what to enter.
  bool TakeOver(Channel channel, const std::string& setting, const std::string& from, const std::string& to);

 private:
  const std::filesystem::path path_, lock_path_;
  const std::chrono::milliseconds patience_;
  NoticeList& notices_;
  Config config_;
  FileIdentity config_seen_;
  SecretStore secret_store_;
  Secrets secrets_;
  std::optional<FileIdentity> secrets_seen_;
};

}  // namespace linewatch

#endif
