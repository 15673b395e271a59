#include "store/file/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a descriptor is closed at its end, and only one that was opened", "[descriptor]") {
  int fd = -1;
  {
    const Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    REQUIRE(null.is_open());
    fd = null.get();
    CHECK(fcntl(fd, F_GETFD) >= 0);
  }
  CHECK(fcntl(fd, F_GETFD) < 0);
  errno = 0;
  {
    const Descriptor none(-1);
    CHECK_FALSE(none.is_open());
  }
  CHECK(errno == 0);
}

TEST_CASE("a failure names the action, the path and the system's own reason", "[descriptor]") {
  try {
    errno = ENOSPC;
    ThrowErrno("write", "/data/hosts.json");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::no_space_on_device);
    CHECK_THAT(error.what(), Catch::Matchers::StartsWith("write /data/hosts.json: "));
  }
}

}  // namespace
}  // namespace linewatch
