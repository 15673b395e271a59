#include "store/time_zone.h"

#include "tests/catch.h"
#include "tests/temp_dir.h"

namespace linewatch {
namespace {

TEST_CASE("the time zone is the configured one, else where the system's clock file leads", "[time_zone]") {
  const TempDir dir;
  const auto link = dir / "localtime";
  CHECK(TimeZoneName("Asia/Tokyo", link) == "Asia/Tokyo");
  CHECK(TimeZoneName("", link).empty());
  std::filesystem::create_symlink("../usr/share/zoneinfo/Europe/Berlin", link);
  CHECK(TimeZoneName("Asia/Tokyo", link) == "Asia/Tokyo");
  CHECK(TimeZoneName("", link) == "Europe/Berlin");
}

TEST_CASE("a clock file that is a copy has no name", "[time_zone]") {
  const TempDir dir;
  WriteInPlace(dir / "localtime", "TZif2");
  CHECK(TimeZoneName("", dir / "localtime").empty());
  std::filesystem::create_symlink("localtime", dir / "elsewhere");
  CHECK(TimeZoneName("", dir / "elsewhere").empty());
}

}  // namespace
}  // namespace linewatch
