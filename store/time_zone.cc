#include "store/time_zone.h"

#include <string_view>
#include <system_error>

namespace linewatch {

std::string TimeZoneName(const std::string& configured, const std::filesystem::path& localtime) {
  if (!configured.empty()) return configured;
  constexpr std::string_view kDatabase = "/zoneinfo/";
  std::error_code error;
  const std::string target = std::filesystem::read_symlink(localtime, error).string();
  const auto at = target.rfind(kDatabase);
  return error || at == std::string::npos ? "" : target.substr(at + kDatabase.size());
}

}  // namespace linewatch
