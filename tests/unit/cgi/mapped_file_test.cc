#include "cgi/mapped_file.h"

#include <system_error>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch::cgi {
namespace {

TEST_CASE("a mapped file stays what it was when another takes its place", "[mapped_file]") {
  const TempDir folder;
  ReplaceFile(folder / "a", "old", 0640);
  const MappedFile file(folder / "a");
  ReplaceFile(folder / "a", "new and longer", 0640);
  CHECK(file.text() == "old");
  CHECK_FALSE(file.identity() == IdentityOf(folder / "a"));
  CHECK(MappedFile(folder / "a").identity() == IdentityOf(folder / "a"));
}

TEST_CASE("a file that is missing or empty has no text", "[mapped_file]") {
  const TempDir folder;
  CHECK(MappedFile(folder / "a").text().empty());
  CHECK_FALSE(MappedFile(folder / "a").identity().exists());
  WriteInPlace(folder / "a", "");
  CHECK(MappedFile(folder / "a").text().empty());
  CHECK(MappedFile(folder / "a").identity().exists());
  CHECK_THROWS_AS(MappedFile(folder.path()), std::system_error);
}

TEST_CASE("a file without a name holds what was put into it, in order", "[mapped_file]") {
  MappedFile file = MappedFile::Unnamed([](const MappedFile::Taker& take) {
    take("one ");
    take(std::string(100'000, 'x'));
    take(" two");
  });
  const MappedFile moved = std::move(file);
  CHECK(moved.text() == "one " + std::string(100'000, 'x') + " two");
}

}  // namespace
}  // namespace linewatch::cgi
