#include "store/file/atomic_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "store/file/descriptor.h"

namespace linewatch {
namespace {

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::filesystem::path WithSuffix(const std::filesystem::path& path, const char* suffix) {
  return path.string() + suffix;
}

}  // namespace

std::filesystem::path PreviousOf(const std::filesystem::path& path) { return WithSuffix(path, ".prev"); }

bool FileIdentity::operator==(const FileIdentity& other) const {
  return device == other.device && inode == other.inode && size == other.size &&
         modified.tv_sec == other.modified.tv_sec && modified.tv_nsec == other.modified.tv_nsec;
}

FileIdentity IdentityOf(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim};
}

FileIdentity IdentityOf(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) return IdentityOf(status);
  if (errno == ENOENT) return {};
  ThrowErrno("stat", path);
}

AtomicFile::AtomicFile(std::filesystem::path path, mode_t mode)
    : path_(std::move(path)), temporary_(WithSuffix(path_, ".tmp")) {
  if (unlink(temporary_.c_str()) != 0 && errno != ENOENT) ThrowErrno("remove", temporary_);
  fd_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd_ < 0) ThrowErrno("create", temporary_);
  // The umask does not decide who may read secrets or the dashboard's data.
  if (fchmod(fd_, mode) != 0) {
    const int error = errno;
    Close();
    unlink(temporary_.c_str());
    errno = error;
    ThrowErrno("chmod", temporary_);
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  Close();
  unlink(temporary_.c_str());
}

void AtomicFile::Close() { close(std::exchange(fd_, -1)); }

void AtomicFile::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowErrno("write", temporary_);
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void AtomicFile::Sync() {
  if (written_.exists()) return;
  if (fsync(fd_) != 0) ThrowErrno("fsync", temporary_);
  struct stat status {};
  if (fstat(fd_, &status) != 0) ThrowErrno("stat", temporary_);
  written_ = IdentityOf(status);
}

// False when there is nothing to exchange with, or the file system cannot.
bool AtomicFile::Exchange() const {
  if (syscall(SYS_renameat2, AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno != ENOENT && errno != EINVAL && errno != ENOSYS) ThrowErrno("exchange", path_);
  return false;
}

FileIdentity AtomicFile::Commit(Previous previous) { return *CommitOver(IdentityOf(path_), previous); }

std::optional<FileIdentity> AtomicFile::CommitOver(const FileIdentity& expected, Previous previous) {
  Sync();
  // With an exchange the old file keeps a name all the time, and can be looked at before it loses it. A crash before
  // the second rename leaves it as NAME.tmp, which only costs a generation of NAME.prev.
  if (!Exchange()) {
    if (rename(temporary_.c_str(), path_.c_str()) != 0) ThrowErrno("rename", path_);
  } else if (IdentityOf(temporary_) != expected) {
    Exchange();
    return std::nullopt;
  } else if (previous == Previous::kKeep && rename(temporary_.c_str(), PreviousOf(path_).c_str()) != 0) {
    const int error = errno;
    Exchange();
    errno = error;
    ThrowErrno("keep the previous", path_);
  } else if (previous == Previous::kDrop && unlink(temporary_.c_str()) != 0) {
    ThrowErrno("remove", temporary_);
  }
  Close();
  SyncFolder(FolderOf(path_));
  return written_;
}

FileIdentity ReplaceFile(const std::filesystem::path& path, std::string_view text, mode_t mode, Previous previous) {
  AtomicFile file(path, mode);
  file.Write(text);
  return file.Commit(previous);
}

void SyncFolder(const std::filesystem::path& folder) {
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) ThrowErrno("open", folder);
  if (fsync(opened.get()) != 0) ThrowErrno("fsync", folder);
}

std::string ReadFile(const std::filesystem::path& path, size_t limit) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) ThrowErrno("open", path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) ThrowErrno("stat", path);
  const auto check = [&](size_t size) {
    if (size <= limit) return;
    errno = EFBIG;
    ThrowErrno("read", path);
  };
  check(static_cast<size_t>(status.st_size));
  // The size is a hint: the file may grow or shrink under us when a person edits it in place.
  std::string text(static_cast<size_t>(status.st_size) + 1, '\0');
  size_t filled = 0;
  while (true) {
    if (filled == text.size()) text.resize(text.size() * 2);
    const ssize_t n = read(file.get(), text.data() + filled, text.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowErrno("read", path);
    if (n == 0) break;
    filled += static_cast<size_t>(n);
    check(filled);
  }
  text.resize(filled);
  return text;
}

}  // namespace linewatch
