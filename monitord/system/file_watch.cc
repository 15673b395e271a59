#include "monitord/system/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

namespace linewatch {

FileWatch::FileWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

FileWatch::~FileWatch() {
  if (fd_ >= 0) close(fd_);
}

bool FileWatch::Add(const std::filesystem::path& folder) {
  // An editor either writes in place and closes, or renames a new file into place.
  return fd_ >= 0 && inotify_add_watch(fd_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) >= 0;
}

void FileWatch::Acknowledge() {
  alignas(inotify_event) char events[4096];
  while (fd_ >= 0 && read(fd_, events, sizeof events) > 0) {
  }
}

}  // namespace linewatch
