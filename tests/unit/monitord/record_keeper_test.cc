#include "monitord/record_keeper.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon{1763812800s};  // 2025-11-22 12:00:00 UTC

Moment At(std::chrono::seconds after) { return {kNoon + after, SteadyTime(1h + after), 1h + after}; }

// A record keeper on a data folder of its own, as the loop uses it.
struct Record {
  TempDir folder;
  Folders folders = LocateFolders(folder.path(), folder.path());
  NoticeList notices;
  RecordKeeper keeper{folders, 100ms, notices};
  HostList list = keeper.Load(At(0s));
  const Config config;
  const Secrets secrets;
  Judge judge{list, config, secrets};

  std::optional<std::string> Write(std::chrono::seconds after) {
    keeper.WriteEvents();
    keeper.WriteList(list, judge, 1h, At(after).steady);
    keeper.WriteHistory(At(after).wall);
    return keeper.EndWriting(At(after).steady);
  }
  size_t events() const {
    size_t count = 0;
    EventLog(folders.events()).Read(kNever, [&](const Event&) { ++count; });
    return count;
  }
  bool shows(std::string_view code) const {
    return std::any_of(notices.all().begin(), notices.all().end(), [&](const Notice& n) { return n.code == code; });
  }
};

TEST_CASE("events that the disk does not take wait, and are written when it takes them again", "[record_keeper]") {
  Record record;
  WriteInPlace(record.folders.events(), "a file where the folder should be");
  record.keeper.Add(EditEvent{kNoon, "alice", EditAction::kAdd, "a", {}});
  const auto failure = record.Write(0s);
  REQUIRE(failure);
  CHECK(record.shows("write_failed"));
  REQUIRE(record.keeper.retry_at());
  CHECK(*record.keeper.retry_at() > At(0s).steady);

  std::filesystem::remove(record.folders.events());
  record.keeper.Add(EditEvent{kNoon + 1s, "alice", EditAction::kAdd, "b", {}});
  CHECK_FALSE(record.Write(1s));
  CHECK(record.events() == 2);
  CHECK_FALSE(record.shows("write_failed"));
  CHECK_FALSE(record.keeper.retry_at());
}

TEST_CASE("a disk that takes no events does not keep the list from being renewed", "[record_keeper]") {
  Record record;
  WriteInPlace(record.folders.events(), "a file where the folder should be");
  record.keeper.Add(EditEvent{kNoon, "alice", EditAction::kAdd, "a", {}});
  record.list.updated = kNoon;
  CHECK(record.Write(0s));
  CHECK(HostStore(record.folders).Read().updated == kNoon);
}

TEST_CASE("a lock that another program holds is shown, and is no reason to wake people", "[record_keeper]") {
  Record record;
  const FileLock held(record.folders.lock());
  record.list.updated = kNoon;
  CHECK_FALSE(record.Write(0s));
  CHECK(record.shows("lock_held"));
  CHECK(record.keeper.retry_at());
}

TEST_CASE("of too many events that wait the oldest are dropped", "[record_keeper]") {
  Record record;
  for (size_t i = 0; i < RecordKeeper::kMostUnwritten + 1; ++i)
    record.keeper.Add(EditEvent{kNoon + std::chrono::seconds(i), "alice", EditAction::kAdd, "a", {}});
  record.Write(0s);
  WallTime first = WallTime::max();
  size_t count = 0;
  EventLog(record.folders.events()).Read(kNever, [&](const Event& event) {
    first = std::min(first, TimeOf(event));
    ++count;
  });
  CHECK(count <= RecordKeeper::kMostUnwritten);
  CHECK(count > RecordKeeper::kMostUnwritten / 2);
  CHECK(first > kNoon);
}

TEST_CASE("a month of events begins once with what is known of the hosts", "[record_keeper]") {
  Record record;
  record.keeper.TurnMonths(record.list, {}, record.config, At(0s));
  record.keeper.TurnMonths(record.list, {}, record.config, At(1h));
  record.Write(2h);
  CHECK(record.events() == 1);

  NoticeList notices;
  RecordKeeper next_run(record.folders, 100ms, notices);
  HostList list = next_run.Load(At(3h));
  next_run.TurnMonths(list, {}, record.config, At(3h));
  next_run.WriteEvents();
  CHECK(record.events() == 1);
  next_run.TurnMonths(list, {}, record.config, At(24h * 10));  // December
  next_run.WriteEvents();
  CHECK(record.events() == 2);
}

TEST_CASE("a step of the history is closed when its five minutes are over, and at the end of the run",
          "[record_keeper]") {
  Record record;
  CHECK_FALSE(record.keeper.CloseStepWhenOver(record.judge, kNoon));
  CHECK_FALSE(record.keeper.CloseStepWhenOver(record.judge, kNoon + 4min));
  CHECK(record.keeper.CloseStepWhenOver(record.judge, kNoon + 5min));
  CHECK_FALSE(record.keeper.CloseStepWhenOver(record.judge, kNoon + 6min));
}

TEST_CASE("a file that was set aside is shown until somebody has taken it away", "[record_keeper]") {
  Record record;
  WriteInPlace(record.folders.hosts(), "{");
  NoticeList notices;
  RecordKeeper keeper(record.folders, 100ms, notices);
  keeper.Load(At(0s));
  REQUIRE(notices.all().size() == 1);
  CHECK(notices.all()[0].code == "file_set_aside");
  for (const auto& entry : std::filesystem::directory_iterator(record.folder.path()))
    if (entry.path().filename().string().find(".bad-") != std::string::npos) std::filesystem::remove(entry.path());
  keeper.NoteSetAside({});
  CHECK(notices.all().empty());
}

TEST_CASE("a full disk and a full quota are told apart from other failures to write", "[record_keeper]") {
  const auto code_of = [](int error) { return WriteFailureCode(std::error_code(error, std::system_category())); };
  CHECK(code_of(ENOSPC) == "disk_full");
  CHECK(code_of(EDQUOT) == "disk_full");
  CHECK(code_of(EROFS) == "write_failed");
}

}  // namespace
}  // namespace linewatch
