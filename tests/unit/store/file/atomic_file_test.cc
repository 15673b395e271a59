#include "store/file/atomic_file.h"

#include <sys/stat.h>

#include <system_error>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

size_t FilesIn(const std::filesystem::path& folder) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.exists() ? 1 : 0;
  return count;
}

TEST_CASE("a replacement that is not committed leaves the old file and nothing else", "[atomic_file]") {
  const TempDir folder;
  ReplaceFile(folder / "a", "old", 0640);
  {
    AtomicFile file(folder / "a", 0640);
    file.Write("half of the new");
  }
  CHECK(Contents(folder / "a") == "old");
  CHECK(FilesIn(folder.path()) == 1);
}

TEST_CASE("the generation before stays as .prev when it is to be kept", "[atomic_file]") {
  const TempDir folder;
  ReplaceFile(folder / "a", "one", 0640, Previous::kKeep);
  ReplaceFile(folder / "a", "two", 0640, Previous::kKeep);
  ReplaceFile(folder / "a", "three", 0640, Previous::kKeep);
  CHECK(Contents(folder / "a") == "three");
  CHECK(Contents(folder / "a.prev") == "two");
  CHECK(FilesIn(folder.path()) == 2);
}

TEST_CASE("a file that somebody replaced meanwhile is not written over", "[atomic_file]") {
  const TempDir folder;
  const auto seen = ReplaceFile(folder / "a", "one", 0640);
  AtomicFile file(folder / "a", 0640);
  file.Write("made from one");
  WriteInPlace(folder / "b", "an edit");
  std::filesystem::rename(folder / "b", folder / "a");
  CHECK_FALSE(file.CommitOver(seen, Previous::kKeep));
  CHECK(Contents(folder / "a") == "an edit");
}

TEST_CASE("when the generation before cannot be kept, the old file stands", "[atomic_file]") {
  const TempDir folder;
  ReplaceFile(folder / "a", "old", 0640);
  std::filesystem::create_directory(folder / "a.prev");
  CHECK_THROWS_AS(ReplaceFile(folder / "a", "new", 0640, Previous::kKeep), std::system_error);
  CHECK(Contents(folder / "a") == "old");
}

TEST_CASE("the mode is what was asked for, whatever the umask", "[atomic_file]") {
  const TempDir folder;
  const mode_t before = umask(0);
  ReplaceFile(folder / "a", "secret", 0640);
  umask(before);
  struct stat status {};
  REQUIRE(stat((folder / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("a temporary file that a crash left is replaced, even if it is a link to elsewhere", "[atomic_file]") {
  const TempDir folder;
  WriteInPlace(folder / "elsewhere", "not ours");
  std::filesystem::create_symlink(folder / "elsewhere", folder / "a.tmp");
  ReplaceFile(folder / "a", "new", 0640);
  CHECK(Contents(folder / "a") == "new");
  CHECK(Contents(folder / "elsewhere") == "not ours");
  CHECK_FALSE(std::filesystem::exists(folder / "a.tmp"));
}

TEST_CASE("the identity of a file changes with a replacement and with an edit in place", "[atomic_file]") {
  const TempDir folder;
  CHECK_FALSE(IdentityOf(folder / "a").exists());
  const auto first = ReplaceFile(folder / "a", "one", 0640);
  CHECK(IdentityOf(folder / "a") == first);
  const auto second = ReplaceFile(folder / "a", "one", 0640);
  CHECK_FALSE(second == first);
  WriteInPlace(folder / "a", "longer");
  CHECK_FALSE(IdentityOf(folder / "a") == second);
}

TEST_CASE("an error names the action and the path", "[atomic_file]") {
  const TempDir folder;
  CHECK_THROWS_WITH(ReplaceFile(folder / "none" / "a", "text", 0640),
                    Catch::Matchers::ContainsSubstring("create") && Catch::Matchers::ContainsSubstring("none/a.tmp"));
}

TEST_CASE("a file above the limit is refused, not read", "[atomic_file]") {
  const TempDir folder;
  WriteInPlace(folder / "a", std::string(100, 'x'));
  CHECK(ReadFile(folder / "a", 100).size() == 100);
  try {
    ReadFile(folder / "a", 99);
    FAIL("it was read");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == EFBIG);
  }
}

}  // namespace
}  // namespace linewatch
