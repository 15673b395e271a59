#include "cgi/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace linewatch::cgi {
namespace {

[[noreturn]] void Fail(const std::string& action) { throw std::system_error(errno, std::system_category(), action); }

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

MappedFile::MappedFile(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) Fail("stat what is to be mapped");
  if (status.st_size > 0) {
    const auto size = static_cast<size_t>(status.st_size);
    void* pages = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (pages == MAP_FAILED) Fail("mmap");
    text_ = {static_cast<const char*>(pages), size};
  }
  identity_ = IdentityOf(status);
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() >= 0) {
    *this = MappedFile(fd.get());
  } else if (errno != ENOENT) {
    Fail("open " + path.string());
  }
}

MappedFile::~MappedFile() {
  if (!text_.empty()) munmap(const_cast<char*>(text_.data()), text_.size());
}

MappedFile MappedFile::Unnamed(const std::function<void(const Taker&)>& fill) {
  const Descriptor fd(memfd_create("linewatch", MFD_CLOEXEC));
  if (fd.get() < 0) Fail("memfd_create");
  fill([&](std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(fd.get(), text.data(), text.size());
      if (n < 0) Fail("write to memory");
      text.remove_prefix(static_cast<size_t>(n));
    }
  });
  return MappedFile(fd.get());
}

}  // namespace linewatch::cgi
