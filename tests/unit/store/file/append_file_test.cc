#include "store/file/append_file.h"

#include <sys/stat.h>

#include <system_error>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

std::vector<std::string> LinesOf(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  ReadLines(path, [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("lines are appended whole, and a line that was torn spoils itself alone", "[append_file]") {
  const TempDir folder;
  const auto file = folder / "lines";
  CHECK(LinesOf(file).empty());
  AppendLines(file, "one\ntwo\n");
  WriteInPlace(file, Contents(file) + "to");
  CHECK(LinesOf(file) == Lines{"one", "two"});
  AppendLines(file, "three\n");
  CHECK(Contents(file) == "one\ntwo\nto\nthree\n");
}

TEST_CASE("reading ends where the reader has enough", "[append_file]") {
  const TempDir folder;
  AppendLines(folder / "lines", "one\ntwo\nthree\n");
  int read = 0;
  ReadLines(folder / "lines", [&](std::string_view) { return ++read < 2; });
  CHECK(read == 2);
}

TEST_CASE("a line beyond every measure is skipped, and those around it are read", "[append_file]") {
  const TempDir folder;
  const std::string large(1 << 20, 'x'), endless(17 << 20, 'y');
  AppendLines(folder / "lines", "before\n" + large + '\n' + endless + "\nbehind\n");
  const auto lines = LinesOf(folder / "lines");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "before");
  CHECK(lines[1] == large);
  CHECK(lines[2] == "behind");
}

TEST_CASE("what cannot be appended leaves the file as it was", "[append_file]") {
  const TempDir folder;
  CHECK_THROWS_AS(AppendLines(folder / "none" / "lines", "one\n"), std::system_error);
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
}

TEST_CASE("of appends that are known ahead none touches a block more than it needs", "[append_file]") {
  const TempDir folder;
  const auto file = folder / "lines";
  const std::string line = std::string(999, 'x') + '\n';
  for (int i = 0; i < 40; ++i) AppendLines(file, line, kLockPatience, {line.size(), 100});
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  const auto block = static_cast<size_t>(status.st_blksize);
  size_t begin = 0;
  for (const std::string& read : LinesOf(file)) {
    CHECK(read.substr(0, 999) == line.substr(0, 999));
    CHECK(read.find_first_not_of(' ', 999) == std::string::npos);
    CHECK(begin / block == (begin + line.size() - 1) / block);
    begin += read.size() + 1;
  }
  CHECK(LinesOf(file).size() == 40);
}

}  // namespace
}  // namespace linewatch
