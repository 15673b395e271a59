#include "store/file/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace linewatch {

void ThrowErrno(std::string_view action, const std::filesystem::path& path) {
  const int error = errno;
  std::string what(action);
  if (!path.empty()) what += " " + path.string();
  throw std::system_error(error, std::system_category(), what);
}

Descriptor::~Descriptor() {
  if (is_open()) close(fd_);
}

}  // namespace linewatch
