#include "cgi/failure.h"

#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>

#include "store/file/file_lock.h"
#include "store/secrets.h"
#include "tests/unit/catch.h"

namespace linewatch::cgi {
namespace {

int StatusOf(int error) {
  return ProblemOf(std::system_error(error, std::system_category(), "write /srv/data/hosts.json.tmp")).status;
}

TEST_CASE("a full disk is 507, a disk that refuses is 503, anything else 500", "[failure]") {
  CHECK(StatusOf(ENOSPC) == 507);
  CHECK(StatusOf(EDQUOT) == 507);
  CHECK(StatusOf(EROFS) == 503);
  CHECK(StatusOf(EACCES) == 503);
  CHECK(StatusOf(EIO) == 503);
  CHECK(StatusOf(ENOENT) == 503);
  CHECK(StatusOf(EINVAL) == 500);
  CHECK(ProblemOf(std::bad_alloc()).status == 500);
  const auto code = std::make_error_code(std::errc::no_space_on_device);
  CHECK(ProblemOf(std::filesystem::filesystem_error("remove", code)).status == 507);
}

TEST_CASE("a broken secrets.json is 409, and says what to do", "[failure]") {
  CHECK(ProblemOf(BrokenSecrets("secrets.json could not be read")).status == 409);
}

TEST_CASE("a lock that stays taken is 503, and worth another try", "[failure]") {
  const Response response = ProblemOf(LockTimeout(ETIMEDOUT, std::system_category(), "lock /srv/data/hosts.json.lock"));
  CHECK(response.status == 503);
  CHECK(response.Header("Retry-After") == "1");
}

TEST_CASE("no answer holds a path of the server", "[failure]") {
  for (const int error : {ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EIO, EINVAL, ENOENT, EMFILE}) {
    const Response response = ProblemOf(std::system_error(error, std::system_category(), "open /srv/data/x"));
    CHECK(response.type == "application/problem+json");
    CHECK_THAT(std::string(response.body_text()), !Catch::Matchers::ContainsSubstring("/srv"));
  }
}

}  // namespace
}  // namespace linewatch::cgi
