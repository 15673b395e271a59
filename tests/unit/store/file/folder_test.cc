#include "store/file/folder.h"

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

TEST_CASE("what lies in a folder is listed by its names", "[folder]") {
  const TempDir folder;
  for (const char* name : {"b", "a.x", "10", "9"}) WriteInPlace(folder / name, "");
  std::vector<std::string> names;
  for (const auto& file : FilesIn(folder.path())) names.push_back(file.filename().string());
  CHECK(names == std::vector<std::string>{"10", "9", "a.x", "b"});
}

TEST_CASE("a folder that is not there has nothing in it", "[folder]") {
  const TempDir folder;
  CHECK(FilesIn(folder / "none").empty());
}

}  // namespace
}  // namespace linewatch
