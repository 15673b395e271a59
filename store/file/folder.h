// What lies in a folder.
#ifndef LINEWATCH_STORE_FILE_FOLDER_H_
#define LINEWATCH_STORE_FILE_FOLDER_H_

#include <filesystem>
#include <vector>

namespace linewatch {

// The paths of all that lies in it, in the order of their names; none if there is no such folder or it cannot be read.
std::vector<std::filesystem::path> FilesIn(const std::filesystem::path& folder);

}  // namespace linewatch

#endif
