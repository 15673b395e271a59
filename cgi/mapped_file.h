// A whole file in memory without a copy: its pages are the page cache's, whatever its size.
#ifndef LINEWATCH_CGI_MAPPED_FILE_H_
#define LINEWATCH_CGI_MAPPED_FILE_H_

#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include "store/file/atomic_file.h"

namespace linewatch::cgi {

// A file that is cut short in place while its text is read ends this process (SIGBUS), and the web server starts
// another. The store never does so: it replaces files.
class MappedFile {
 public:
  MappedFile() = default;
  // A file that is missing or empty has no text. Throws std::system_error when it cannot be read.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept { Swap(other); }
  MappedFile& operator=(MappedFile&& other) noexcept {
    Swap(other);
    return *this;
  }

  // A file without a name, of what `fill` hands to `take`. It is memory as the heap is, but it goes back to the system
  // whole, however much it was.
  using Taker = std::function<void(std::string_view)>;
  static MappedFile Unnamed(const std::function<void(const Taker& take)>& fill);

  std::string_view text() const { return text_; }
  const FileIdentity& identity() const { return identity_; }

 private:
  explicit MappedFile(int fd);
  void Swap(MappedFile& other) noexcept {
    std::swap(text_, other.text_);
    std::swap(identity_, other.identity_);
  }

  std::string_view text_;
  FileIdentity identity_;
};

}  // namespace linewatch::cgi

#endif
