#include "store/file/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "store/file/atomic_file.h"
#include "store/file/descriptor.h"

namespace linewatch {
namespace {

void TakeRoom(int file, const struct stat& status, size_t needed, size_t ahead) {
  constexpr off_t kBlock = 512;  // the unit of st_blocks, whatever the file system's own
  const auto end = status.st_size + static_cast<off_t>(needed);
  if (status.st_blocks * kBlock >= end) return;
  // Where that cannot be had, the write itself says whether there is room for the lines.
  fallocate(file, FALLOC_FL_KEEP_SIZE, status.st_size, static_cast<off_t>(needed + ahead));
}

// How many spaces at `end` keep the `length` bytes after them out of a block that they can do without.
size_t SpacesBefore(size_t end, size_t length, size_t block) {
  const auto touched = [block](size_t from, size_t bytes) { return (from % block + bytes + block - 1) / block; };
  return touched(end, length) > touched(0, length) ? block - end % block : 0;
}

}  // namespace

void AppendLines(const std::filesystem::path& path, std::string_view lines, std::chrono::milliseconds patience,
                 Expected expected) {
  const bool is_new = !IdentityOf(path).exists();
  // The file is its own lock: it is never renamed. Without it, taking back half a line could take another's, too.
  const FileLock lock(path, patience);
  const Descriptor file(open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file.is_open()) ThrowErrno("open", path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) ThrowErrno("stat", path);
  const off_t size = status.st_size;

  char last = '\n';
  if (size > 0 && pread(file.get(), &last, 1, size - 1) != 1) ThrowErrno("read", path);
  std::string text;
  if (last != '\n') text += '\n';
  text += lines;

  if (expected.times > 0) {
    const size_t end = static_cast<size_t>(size) + text.size();
    text.insert(text.size() - 1, SpacesBefore(end, expected.length, static_cast<size_t>(status.st_blksize)), ' ');
    TakeRoom(file.get(), status, text.size(), expected.length * expected.times);
  }
  // Whoever learns that it failed will try again: nothing of it may stay. Where even that fails, readers skip the torn
  // line and the next append closes it.
  try {
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t n = write(file.get(), rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) ThrowErrno("append to", path);
      rest.remove_prefix(static_cast<size_t>(n));
    }
    if (fdatasync(file.get()) != 0) ThrowErrno("fsync", path);
    if (is_new) SyncFolder(path.parent_path());
  } catch (...) {
    std::error_code none;
    std::filesystem::resize_file(path, static_cast<uintmax_t>(size), none);
    throw;
  }
}

void ReadLines(const std::filesystem::path& path, const std::function<bool(std::string_view)>& take) {
  // The event of a message about ten thousand hosts has 700 kB, a snapshot of as many 3 MB.
  constexpr size_t kUsual = 64 * 1024, kLongest = 16 * 1024 * 1024;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return;
    ThrowErrno("open", path);
  }
  std::string buffer(kUsual, '\0');
  size_t filled = 0;
  bool skipping = false;  // the rest of a line that was too long
  for (;;) {
    const ssize_t n = read(file.get(), buffer.data() + filled, buffer.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowErrno("read", path);
    if (n == 0) return;
    filled += static_cast<size_t>(n);
    std::string_view rest(buffer.data(), filled);
    for (size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
      if (!skipping && !take(rest.substr(0, end))) return;
      skipping = false;
    }
    const bool is_full = rest.size() == buffer.size();
    if (is_full && (skipping || buffer.size() >= kLongest)) {
      skipping = true;
      rest.remove_prefix(rest.size());
    }
    filled = rest.size();
    std::memmove(buffer.data(), rest.data(), filled);
    if (filled == buffer.size()) buffer.resize(2 * filled);
  }
}

}  // namespace linewatch
