#include "store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>

namespace linewatch {

FileLock::FileLock(const std::filesystem::path& path, std::chrono::milliseconds patience)
    : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)) {
  // On a disk that became read-only the lock still tells who comes first.
  if (fd_ < 0 && (errno == EROFS || errno == EACCES)) fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd_ < 0) throw std::system_error(errno, std::system_category(), "open " + path.string());

  // Polled, because a blocking flock has no deadline and a signal to end it would need the whole process's consent.
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto pause = std::chrono::milliseconds(1);
  while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK || std::chrono::steady_clock::now() >= deadline) {
      close(fd_);
      if (error == EWOULDBLOCK)
        throw LockTimeout(
            error, std::system_category(),
            "another process has held " + path.string() + " for " + std::to_string(patience.count()) + " ms");
      throw std::system_error(error, std::system_category(), "lock " + path.string());
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(4));
  }
}

FileLock::~FileLock() { close(fd_); }

}  // namespace linewatch
