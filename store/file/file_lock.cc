#include "store/file/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>

namespace linewatch {
namespace {

int Open(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  // On a disk that became read-only the lock still tells who comes first.
  if (fd < 0 && (errno == EROFS || errno == EACCES)) return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  return fd;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, std::chrono::milliseconds patience) : file_(Open(path)) {
  if (!file_.is_open()) ThrowErrno("open", path);

  // Polled, because a blocking flock has no deadline and a signal to end it would need the whole process's consent.
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto pause = std::chrono::milliseconds(1);
  while (flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) ThrowErrno("lock", path);
    if (std::chrono::steady_clock::now() >= deadline)
      throw LockTimeout(
          EWOULDBLOCK, std::system_category(),
          "another process has held " + path.string() + " for " + std::to_string(patience.count()) + " ms");
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(4));
  }
}

}  // namespace linewatch
