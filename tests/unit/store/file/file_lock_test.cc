#include "store/file/file_lock.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

TEST_CASE("a lock that another holds is given up on after the patience", "[file_lock]") {
  const TempDir folder;
  const FileLock held(folder / "lock");
  CHECK_THROWS_AS(FileLock(folder / "lock", std::chrono::milliseconds(20)), LockTimeout);
}

TEST_CASE("a lock is free again when its holder dies", "[file_lock]") {
  const TempDir folder;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const FileLock held(folder / "lock");
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_AS(FileLock(folder / "lock", std::chrono::milliseconds(1)), LockTimeout);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK_NOTHROW(FileLock(folder / "lock", std::chrono::milliseconds(1)));
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("a lock survives that its process opens and closes the file once more", "[file_lock]") {
  const TempDir folder;
  const FileLock held(folder / "lock");
  close(open((folder / "lock").c_str(), O_RDONLY));
  CHECK_THROWS_AS(FileLock(folder / "lock", std::chrono::milliseconds(1)), LockTimeout);
}

TEST_CASE("a lock in a folder that does not exist says which file", "[file_lock]") {
  const TempDir folder;
  CHECK_THROWS_WITH(FileLock(folder / "none" / "lock"), Catch::Matchers::ContainsSubstring("none/lock"));
}

}  // namespace
}  // namespace linewatch
