// A file descriptor that closes itself, and the failure of a system call as an exception.
#ifndef LINEWATCH_STORE_FILE_DESCRIPTOR_H_
#define LINEWATCH_STORE_FILE_DESCRIPTOR_H_

#include <filesystem>
#include <string_view>
#include <utility>

namespace linewatch {

// Throws std::system_error: errno, the action and the path.
[[noreturn]] void ThrowErrno(std::string_view action, const std::filesystem::path& path = {});

class Descriptor {
 public:
  // What open() and its like answer; negative is none.
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  // The other one has none then.
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace linewatch

#endif
