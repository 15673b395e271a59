#include "monitord/notice_list.h"

#include <optional>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a notice is shown once for its code, with what it says last and since when it is so", "[notice_list]") {
  NoticeList notices;
  notices.Put("disk_full", "the disk is full");
  const WallTime since = notices.all().at(0).since;
  notices.Put("disk_full", "the disk is full in another folder");
  REQUIRE(notices.all().size() == 1);
  CHECK(notices.all()[0].message == "the disk is full in another folder");
  CHECK(notices.all()[0].since == since);
}

TEST_CASE("what is only for the log is not shown", "[notice_list]") {
  NoticeList notices;
  notices.Put("read_failed", "cannot read the data folder", "/var/lib/linewatch: no such folder");
  CHECK(notices.all().at(0).message == "cannot read the data folder");
}

TEST_CASE("the list has changed when a notice is new, says something else or is gone", "[notice_list]") {
  NoticeList notices;
  CHECK_FALSE(notices.TakeChanged());
  notices.Put("disk_full", "the disk is full");
  CHECK(notices.TakeChanged());
  notices.Put("disk_full", "the disk is full");
  CHECK_FALSE(notices.TakeChanged());
  notices.Put("disk_full", "the disk is nearly full");
  CHECK(notices.TakeChanged());
  notices.Remove("lock_held");
  CHECK_FALSE(notices.TakeChanged());
  notices.PutWhile(std::nullopt, "disk_full");
  CHECK(notices.TakeChanged());
  CHECK(notices.all().empty());
}

}  // namespace
}  // namespace linewatch
