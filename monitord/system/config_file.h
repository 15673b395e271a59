// config.json as the daemon uses it: the last good settings go on when an edit is bad.
#ifndef LINEWATCH_MONITORD_SYSTEM_CONFIG_FILE_H_
#define LINEWATCH_MONITORD_SYSTEM_CONFIG_FILE_H_

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "store/config.h"

namespace linewatch {

struct LoadedConfig {
  std::optional<Config> config;
  std::string fault;  // file, key, value and what was expected; empty when the file is good
};
LoadedConfig LoadConfigFile(const std::filesystem::path& path);
// The file; if that is not good, what was last good, path.prev, together with the fault.
LoadedConfig LoadConfigOrPrevious(const std::filesystem::path& path);

// The file is good: keeps a copy as path.prev for a start that finds it broken. That it could not is logged.
void KeepGoodConfig(const std::filesystem::path& path, const std::filesystem::path& lock_path,
                    std::chrono::milliseconds patience);

}  // namespace linewatch

#endif
