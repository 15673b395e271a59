#include "monitord/system/config_file.h"

#include <system_error>

#include "monitord/system/log.h"
#include "store/file/atomic_file.h"
#include "store/file/file_lock.h"

namespace linewatch {
namespace {

std::filesystem::path PreviousOf(const std::filesystem::path& path) { return path.string() + ".prev"; }

}  // namespace

LoadedConfig LoadConfigFile(const std::filesystem::path& path) {
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

LoadedConfig LoadConfigOrPrevious(const std::filesystem::path& path) {
  LoadedConfig now = LoadConfigFile(path);
  if (!now.config) now.config = LoadConfigFile(PreviousOf(path)).config;
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

}  // namespace linewatch
