// Replacing a file so that a reader, a crash or a power cut finds it old or new, never half.
#ifndef LINEWATCH_STORE_FILE_ATOMIC_FILE_H_
#define LINEWATCH_STORE_FILE_ATOMIC_FILE_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace linewatch {

// Which file it is, and which content: any replacement and any edit in place changes it.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;
  timespec modified{};

  bool exists() const { return size >= 0; }
  bool operator==(const FileIdentity& other) const;
};
FileIdentity IdentityOf(const struct stat& status);
// Not existing is an answer (exists() is false); anything else that goes wrong throws std::system_error.
FileIdentity IdentityOf(const std::filesystem::path& path);

// What becomes of the file that is replaced.
enum class Previous { kDrop, kKeep };  // kKeep: it stays beside the new one, as PreviousOf says
// NAME.prev
std::filesystem::path PreviousOf(const std::filesystem::path& path);

// One replacement of one file. Write as often as needed, then Commit. Without Commit, or when anything throws
// (std::system_error with the action and the path), the old file stands and the temporary one is removed.
// The caller holds the lock of the folder: the temporary name NAME.tmp is the same each time, so that one left
// over by a crash is swept by the next replacement.
class AtomicFile {
 public:
  AtomicFile(std::filesystem::path path, mode_t mode);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void Write(std::string_view text);

  // Everything that may fail for want of space is behind us once this has returned. Commit calls it if nobody has.
  void Sync();

  // The new file is in place and survives a power cut once this has returned.
  FileIdentity Commit(Previous previous = Previous::kDrop);

  // As Commit, but only over the file that the new one was made from. If another stands there by now, that one stays,
  // and the answer is nothing.
  std::optional<FileIdentity> CommitOver(const FileIdentity& expected, Previous previous);

 private:
  void Close();
  bool Exchange() const;

  const std::filesystem::path path_;
  const std::filesystem::path temporary_;
  int fd_;
  FileIdentity written_;  // set by Sync
};

// The whole of it for a text at hand.
FileIdentity ReplaceFile(const std::filesystem::path& path, std::string_view text, mode_t mode,
                         Previous previous = Previous::kDrop);

// Makes a created, renamed or removed name survive a power cut.
void SyncFolder(const std::filesystem::path& folder);

// A whole file. Throws std::system_error, ENOENT included; a file above `limit` bytes is EFBIG.
std::string ReadFile(const std::filesystem::path& path, size_t limit);

}  // namespace linewatch

#endif
