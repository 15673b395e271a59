#include "store/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "store/atomic_file.h"
#include "store/descriptor.h"

namespace linewatch {

namespace {

void TakeRoom(int file, off_t size, size_t needed, size_t ahead) {
  constexpr off_t kBlock = 512;  // the unit of st_blocks, whatever the file system's own
  struct stat status {};
  const auto end = size + static_cast<off_t>(needed);
  if (fstat(file, &status) != 0 || status.st_blocks * kBlock >= end) return;
  // Where that cannot be had, the write itself says whether there is room for the lines.
  fallocate(file, FALLOC_FL_KEEP_SIZE, size, static_cast<off_t>(needed + ahead));
}

}  // namespace

void AppendLines(const std::filesystem::path& path, std::string_view lines, std::chrono::milliseconds patience,
                 size_t ahead) {
  const bool is_new = !IdentityOf(path).exists();
  // The file is its own lock: it is never renamed. Without it, taking back half a line could take another's, too.
  const FileLock lock(path, patience);
  const Descriptor file(open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file.is_open()) ThrowErrno("open", path);
  const off_t size = lseek(file.get(), 0, SEEK_END);
  if (size < 0) ThrowErrno("seek", path);

  char last = '\n';
  if (size > 0 && pread(file.get(), &last, 1, size - 1) != 1) ThrowErrno("read", path);
  std::string text;
  if (last != '\n') text += '\n';
  text += lines;

  if (ahead > 0) TakeRoom(file.get(), size, text.size(), ahead);
  // Whoever is told that it failed will try again: nothing of it may stay. Where even that fails, readers skip the torn
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
  // The event of a message that tells of ten thousand hosts has 700 kB, one that says what is known of each 3 MB.
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
      rest = {};
    }
    filled = rest.size();
    buffer.replace(0, filled, std::string(rest));
    if (filled == buffer.size()) buffer.resize(2 * filled);
  }
}

}  // namespace linewatch
