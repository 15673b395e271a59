// config.json as the API sees it: the settings that count now, and why the file on disk does not.
#ifndef LINEWATCH_CGI_EFFECTIVE_CONFIG_H_
#define LINEWATCH_CGI_EFFECTIVE_CONFIG_H_

#include <filesystem>
#include <vector>

#include "store/config.h"
#include "store/file/atomic_file.h"

namespace linewatch::cgi {

class EffectiveConfig {
 public:
  explicit EffectiveConfig(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }

  // Those of the file as it is now, so that a right that was taken away ends with the next request. While it cannot be
  // read, those of the generation before it, else the defaults, by which nobody may change anything.
  const Config& settings();

  // Which file settings() has read. One that is replaced while it is read is taken for the one before it.
  const FileIdentity& identity() const { return identity_; }

  // Empty as long as the file counts.
  const std::vector<FieldError>& errors();

 private:
  void Refresh();

  std::filesystem::path path_;
  FileIdentity identity_;  // of what was read; a file that did not count is read again each time
  bool read_ = false;
  Config settings_;
  std::vector<FieldError> errors_;
};

}  // namespace linewatch::cgi

#endif
