// A file descriptor that closes itself, and the failure of a system call as an exception.
#ifndef LINEWATCH_STORE_FILE_DESCRIPTOR_H_
#define LINEWATCH_STORE_FILE_DESCRIPTOR_H_

#include <filesystem>
#include <string_view>

namespace linewatch {

// Throws std::system_error: errno, the action and the path.
[[noreturn]] void ThrowErrno(std::string_view action, const std::filesystem::path& path = {});

class Descriptor {
 public:
  // What open() and its like answer; negative is none.
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  const int fd_;
};

}  // namespace linewatch

#endif
