#include "store/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "store/atomic_file.h"

namespace linewatch {
namespace {

[[noreturn]] void Fail(const char* action, const std::filesystem::path& path) {
  throw std::system_error(errno, std::system_category(), std::string(action) + " " + path.string());
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

void AppendLines(const std::filesystem::path& path, std::string_view lines, std::chrono::milliseconds patience) {
  const bool is_new = !IdentityOf(path).exists();
  // The file is its own lock: it is never renamed. Without it, taking back a half-written line could take another's too.
  const FileLock lock(path, patience);
  const Descriptor file{open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC)};
  if (file.fd < 0) Fail("open", path);
  const off_t size = lseek(file.fd, 0, SEEK_END);
  if (size < 0) Fail("seek", path);

  char last = '\n';
  if (size > 0 && pread(file.fd, &last, 1, size - 1) != 1) Fail("read", path);
  std::string text;
  if (last != '\n') text += '\n';
  text += lines;

  // Whoever is told that it failed will try again: nothing of it may stay. Where even that fails, readers skip the torn
  // line and the next append closes it.
  try {
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t n = write(file.fd, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) Fail("append to", path);
      rest.remove_prefix(static_cast<size_t>(n));
    }
    if (fdatasync(file.fd) != 0) Fail("fsync", path);
    if (is_new) SyncFolder(path.parent_path());
  } catch (...) {
    std::error_code none;
    std::filesystem::resize_file(path, static_cast<uintmax_t>(size), none);
    throw;
  }
}

void ReadLines(const std::filesystem::path& path, const std::function<void(std::string_view)>& take) {
  constexpr size_t kLongest = 64 * 1024;
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) {
    if (errno == ENOENT) return;
    Fail("open", path);
  }
  std::string buffer(kLongest, '\0');
  size_t filled = 0;
  bool skipping = false;  // the rest of a line that was too long
  for (;;) {
    const ssize_t n = read(file.fd, buffer.data() + filled, buffer.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) Fail("read", path);
    if (n == 0) return;
    filled += static_cast<size_t>(n);
    std::string_view rest(buffer.data(), filled);
    for (size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
      if (!skipping) take(rest.substr(0, end));
      skipping = false;
    }
    if (rest.size() == buffer.size()) {
      skipping = true;
      rest = {};
    }
    filled = rest.size();
    buffer.replace(0, filled, std::string(rest));
    buffer.resize(kLongest);
  }
}

}  // namespace linewatch
