// The lock that everybody who changes the data folder holds while reading, changing and replacing.
#ifndef LINEWATCH_STORE_FILE_FILE_LOCK_H_
#define LINEWATCH_STORE_FILE_FILE_LOCK_H_

#include <chrono>
#include <filesystem>
#include <system_error>

#include "store/file/descriptor.h"

namespace linewatch {

// The lock was not free in time. Nothing was changed.
class LockTimeout : public std::system_error {
 public:
  using std::system_error::system_error;
};

// How long a program waits for a lock that should be held for milliseconds, or for one fsync of a slow card.
inline constexpr std::chrono::milliseconds kLockPatience{5000};

// An exclusive flock(2), held from construction to destruction. The kernel frees it when the process dies.
// flock and not fcntl: an fcntl lock vanishes as soon as its process opens and closes the same file once more.
class FileLock {
 public:
  // Creates `path` (mode 0640) if missing. The file must never be renamed or removed: a lock on a renamed file guards
  // nothing. Throws LockTimeout after `patience`, std::system_error when the file cannot be opened.
  explicit FileLock(const std::filesystem::path& path, std::chrono::milliseconds patience = kLockPatience);

 private:
  const Descriptor file_;
};

}  // namespace linewatch

#endif
