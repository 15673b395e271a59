#include "monitord/system/file_watch.h"

#include <poll.h>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

bool was_woken(FileWatch& watch) {
  pollfd ready{watch.fd(), POLLIN, 0};
  const bool woken = poll(&ready, 1, 0) == 1;
  watch.Acknowledge();
  return woken;
}

TEST_CASE("a file that is written, replaced or removed wakes, once", "[file_watch]") {
  const TempDir folder;
  FileWatch watch;
  REQUIRE(watch.Add(folder.path()));
  CHECK_FALSE(was_woken(watch));
  WriteInPlace(folder / "hosts.json", "{}");
  CHECK(was_woken(watch));
  CHECK_FALSE(was_woken(watch));
  std::filesystem::rename(folder / "hosts.json", folder / "other.json");
  CHECK(was_woken(watch));
  std::filesystem::remove(folder / "other.json");
  CHECK(was_woken(watch));
}

TEST_CASE("a file that is only read wakes nobody", "[file_watch]") {
  const TempDir folder;
  WriteInPlace(folder / "hosts.json", "{}");
  FileWatch watch;
  REQUIRE(watch.Add(folder.path()));
  CHECK(Contents(folder / "hosts.json") == "{}");
  CHECK_FALSE(was_woken(watch));
}

TEST_CASE("several folders are watched, and one that is not there says so", "[file_watch]") {
  const TempDir one, other;
  FileWatch watch;
  CHECK(watch.Add(one.path()));
  CHECK(watch.Add(other.path()));
  CHECK_FALSE(watch.Add(one / "missing"));
  WriteInPlace(other / "config.json", "{}");
  CHECK(was_woken(watch));
}

}  // namespace
}  // namespace linewatch
