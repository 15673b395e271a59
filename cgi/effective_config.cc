#include "cgi/effective_config.h"

#include <system_error>
#include <utility>

#include "store/file/atomic_file.h"

namespace linewatch::cgi {
namespace {

ConfigResult ReadConfig(const std::filesystem::path& path) {
  try {
    return ParseConfig(ReadFile(path, kMaxConfigBytes));
  } catch (const std::system_error& error) {
    return std::vector<FieldError>{{"", "it cannot be read: " + error.code().message(), ""}};
  }
}

FileIdentity IdentityIfReadable(const std::filesystem::path& path) {
  try {
    return IdentityOf(path);
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace

const Config& EffectiveConfig::settings() {
  Refresh();
  return settings_;
}

const std::vector<FieldError>& EffectiveConfig::errors() {
  Refresh();
  return errors_;
}

void EffectiveConfig::Refresh() {
  const auto identity = IdentityIfReadable(path_);
  if (read_ && errors_.empty() && identity == identity_) return;
  identity_ = identity;
  read_ = true;
  errors_.clear();

  auto read = ReadConfig(path_);
  if (auto* errors = std::get_if<std::vector<FieldError>>(&read)) {
    errors_ = std::move(*errors);
    read = ReadConfig(PreviousOf(path_));
  }
  auto* settings = std::get_if<Config>(&read);
  settings_ = settings != nullptr ? std::move(*settings) : Config();
}

}  // namespace linewatch::cgi
