// Any file as that of a message in the outbox.
#include "store/outbox.h"

#include "store/file/atomic_file.h"
#include "tests/fuzz/property.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

void Try(std::string_view text) {
  static const TempDir folder;
  static const Outbox given(folder / "given"), written(folder / "written");
  const auto path = folder / "given" / "abc.smtp.json", copy = folder / "written" / "abc.smtp.json";
  std::filesystem::create_directory(folder / "given");
  WriteInPlace(path, std::string(text));
  std::vector<std::string> damaged;
  const auto found = given.Read(&damaged);
  Require(found.size() + damaged.size() == 1, "a file is a message or damaged");
  if (found.empty()) return;

  Require(found[0].message.id == "abc" && found[0].channel == "smtp", "a message is what its file's name says");
  written.Put(found[0]);
  const std::string first = ReadFile(copy, Outbox::kMaxBytes);
  const auto again = written.Read();
  Require(again.size() == 1, "what was written can be read");
  written.Put(again[0]);
  RequireSame(first, ReadFile(copy, Outbox::kMaxBytes), "what was written is read as it was");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
