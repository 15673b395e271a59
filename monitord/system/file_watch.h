// Notices that a file in one of a few folders was written, replaced or removed: inotify(7).
#ifndef LINEWATCH_MONITORD_SYSTEM_FILE_WATCH_H_
#define LINEWATCH_MONITORD_SYSTEM_FILE_WATCH_H_

#include <filesystem>

namespace linewatch {

// Says only that something may have changed: whoever waits looks at the files. Where the system has no watch left, it
// says nothing, and looking once a cycle must do.
class FileWatch {
 public:
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // False when the folder cannot be watched.
  bool Add(const std::filesystem::path& folder);

  // Readable when something happened since the last call of Acknowledge; -1 without inotify.
  int fd() const { return fd_; }
  void Acknowledge();

 private:
  int fd_;
};

}  // namespace linewatch

#endif
