#include "cgi/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "store/file/descriptor.h"

namespace linewatch::cgi {

MappedFile::MappedFile(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) ThrowErrno("stat what is to be mapped");
  if (status.st_size > 0) {
    const auto size = static_cast<size_t>(status.st_size);
    void* pages = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (pages == MAP_FAILED) ThrowErrno("mmap");
    text_ = {static_cast<const char*>(pages), size};
  }
  identity_ = IdentityOf(status);
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.is_open()) {
    *this = MappedFile(fd.get());
  } else if (errno != ENOENT) {
    ThrowErrno("open", path);
  }
}

MappedFile::~MappedFile() {
  if (!text_.empty()) munmap(const_cast<char*>(text_.data()), text_.size());
}

MappedFile MappedFile::Unnamed(const std::function<void(const Taker&)>& fill) {
  const Descriptor fd(memfd_create("linewatch", MFD_CLOEXEC));
  if (!fd.is_open()) ThrowErrno("memfd_create");
  fill([&](std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(fd.get(), text.data(), text.size());
      if (n < 0) ThrowErrno("write to memory");
      text.remove_prefix(static_cast<size_t>(n));
    }
  });
  return MappedFile(fd.get());
}

}  // namespace linewatch::cgi
