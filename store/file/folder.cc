#include "store/file/folder.h"

#include <algorithm>
#include <system_error>

namespace linewatch {

std::vector<std::filesystem::path> FilesIn(const std::filesystem::path& folder) {
  std::error_code none;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace linewatch
