#include "store/event_log.h"

#include <unistd.h>

#include "tests/unit/catch.h"
#include "tests/unit/processes.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon{1763812800s};  // 2025-11-22 12:00 UTC

Event Went(const std::string& host, Status to, WallTime t = kNoon) {
  return StatusEvent{t, host, "Name of " + host, Status::kUp, to, t - 90s, "no answer within 1 s"};
}
std::vector<Event> AllFrom(const EventLog& log, WallTime from = kNever) {
  std::vector<Event> events;
  log.Read(from, [&](const Event& event) { events.push_back(event); });
  return events;
}

TEST_CASE("events of every type are read back as they were written", "[event_log]") {
  const TempDir folder;
  const EventLog log(folder / "events");
  log.Append({Went("a", Status::kDown),
              AlertEvent{kNoon,
                         "log",
                         "DOWN A",
                         {"a", "b"},
                         {AlertOutcome::kLogged},
                         {{"b", AlertKind::kFlapping, kNoon - 5min}},
                         "m1"},
              EditEvent{kNoon, "alice", EditAction::kChange, "a", {"name"}},
              MonitorEvent{kNoon, MonitorChange::kStart, kNoon - 1h}, MaintenanceEvent{kNoon, "a", "Name of a", true}});
  const auto events = AllFrom(log);
  REQUIRE(events.size() == 5);
  const auto& status = std::get<StatusEvent>(events[0]);
  CHECK(status.host == "a");
  CHECK(status.to == Status::kDown);
  CHECK(status.since == kNoon - 90s);
  CHECK(std::get<AlertEvent>(events[1]).hosts == std::vector<std::string>{"a", "b"});
  const auto& alert = std::get<AlertEvent>(events[1]);
  CHECK(alert.id == "m1");
  REQUIRE(alert.alerts.size() == 1);
  CHECK(alert.alerts[0].host == "b");
  CHECK(alert.alerts[0].kind == AlertKind::kFlapping);
  CHECK(alert.alerts[0].since == kNoon - 5min);
  CHECK(std::get<EditEvent>(events[2]).changed == std::vector<std::string>{"name"});
  CHECK(std::get<MonitorEvent>(events[3]).since == kNoon - 1h);
  CHECK(std::get<MaintenanceEvent>(events[4]).begins);
}

TEST_CASE("words of a later version are read as another, and what is known of the event beside", "[event_log]") {
  const TempDir folder;
  WriteInPlace(
      folder / "2025-11.jsonl",
      R"({"type":"monitor","t":1763812800,"state":"asleep","since":1763812000})"
      "\n"
      R"({"type":"edit","t":1763812800,"user":"ada","action":"move","host":"a","changed":["site"]})"
      "\n"
      R"({"type":"alert","t":1763812800,"channel":"smtp","subject":"DOWN","hosts":[],"result":"posted: at noon"})"
      "\n");
  const auto events = AllFrom(EventLog(folder.path()));
  REQUIRE(events.size() == 3);
  CHECK(std::get<MonitorEvent>(events[0]).state == MonitorChange::kOther);
  CHECK(std::get<MonitorEvent>(events[0]).since == FromUnixSeconds(1763812000));
  CHECK(std::get<EditEvent>(events[1]).action == EditAction::kOther);
  CHECK(std::get<EditEvent>(events[1]).host == "a");
  CHECK(std::get<AlertEvent>(events[2]).result == AlertResult{AlertOutcome::kOther, "posted: at noon"});
}

TEST_CASE("an event lies in the file of its month, as one line", "[event_log]") {
  const TempDir folder;
  EventLog(folder / "events").Append({Went("a", Status::kDown)});
  CHECK(Contents(folder / "events" / "2025-11.jsonl") ==
        R"({"type":"status","t":1763812800,"host":"a","name":"Name of a","from":"up","to":"down",)"
        R"("since":1763812710,"reason":"no answer within 1 s"})"
        "\n");
}

TEST_CASE("a clock that is far ahead has months, too", "[event_log]") {
  const TempDir folder;
  EventLog(folder / "events").Append({Went("a", Status::kDown, kNoon + std::chrono::years(1000))});
  CHECK(std::filesystem::exists(folder / "events" / "3025-11.jsonl"));
}

TEST_CASE("a torn last line spoils nothing but itself", "[event_log]") {
  const TempDir folder;
  const EventLog log(folder / "events");
  log.Append({Went("a", Status::kDown)});
  const auto file = folder / "events" / "2025-11.jsonl";
  WriteInPlace(file, Contents(file) + R"({"type":"status","t":17638)");
  CHECK(AllFrom(log).size() == 1);
  log.Append({Went("b", Status::kDown)});
  const auto events = AllFrom(log);
  REQUIRE(events.size() == 2);
  CHECK(std::get<StatusEvent>(events[1]).host == "b");
}

TEST_CASE("a file that cannot be read is named, and the others are read", "[event_log]") {
  const TempDir folder;
  EventLog log(folder.path());
  log.Append({MonitorEvent{FromUnixSeconds(1763800000), MonitorChange::kStart, kNever}});
  std::filesystem::create_directory(folder / "2025-10.jsonl");
  const auto count = [&] {
    int events = 0;
    log.Read(kNever, [&](const Event&) { ++events; });
    return events;
  };
  CHECK_THROWS_AS(count(), std::system_error);
  std::string named;
  log.SkipUnreadable(
      [&](const std::string& file, const std::system_error& why) { named = file + ": " + why.code().message(); });
  CHECK(count() == 1);
  CHECK(named == "2025-10.jsonl: Is a directory");
}

TEST_CASE("lines of garbage are skipped", "[event_log]") {
  const TempDir folder;
  const EventLog log(folder / "events");
  log.Append({Went("a", Status::kDown)});
  const auto file = folder / "events" / "2025-11.jsonl";
  WriteInPlace(file, "nope\n{}\n[]\n{\"type\":7}\n{\"type\":\"later\"}\n" + std::string(200, '\0') + "\n" +
                         std::string(9000000, 'x') + "\n" + Contents(file));
  CHECK(AllFrom(log).size() == 1);
}

TEST_CASE("who was notified is known again when all of ten thousand hosts were down at once", "[event_log]") {
  const TempDir folder;
  const EventLog log(folder / "events");
  AlertEvent told{kNoon, "log", "10000 DOWN", {}, {AlertOutcome::kLogged}, {}, "m1"};
  for (int i = 0; i < 10000; ++i) {
    told.hosts.push_back("k3f9w2" + std::to_string(10000 + i));
    told.alerts.push_back({told.hosts.back(), AlertKind::kDown, kNoon - 90s});
  }
  log.Append({told, Went("a", Status::kDown)});
  const auto events = AllFrom(log);
  REQUIRE(events.size() == 2);
  CHECK(std::get<AlertEvent>(events[0]).alerts.size() == 10000);
}

TEST_CASE("only what is not older than asked for is read", "[event_log]") {
  const TempDir folder;
  const EventLog log(folder / "events");
  log.Append({Went("a", Status::kDown, kNoon - 2h), Went("b", Status::kDown, kNoon)});
  CHECK(AllFrom(log, kNoon - 1h).size() == 1);
  CHECK(AllFrom(log, kNoon - 3h).size() == 2);
}

TEST_CASE("several processes that append at once lose and tear nothing", "[event_log]") {
  const TempDir folder;
  constexpr int kProcesses = 4, kEach = 50;
  CHECK(RunInProcesses(kProcesses, [&](int number) {
          const EventLog log(folder / "events", std::chrono::seconds(60));
          for (int i = 0; i < kEach; ++i) log.Append({Went("h" + std::to_string(number), Status::kDown)});
        }) == kProcesses);
  CHECK(AllFrom(EventLog(folder / "events")).size() == kProcesses * kEach);
}

}  // namespace
}  // namespace linewatch
