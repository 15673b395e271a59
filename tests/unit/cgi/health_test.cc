#include "cgi/health.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using std::chrono::seconds;

const WallTime kNow = FromUnixSeconds(1763800000);

Signs GoodSigns() {
  Signs signs;
  signs.now = kNow;
  signs.interval = seconds(10);
  signs.timeout = seconds(1);
  signs.header.updated = kNow - seconds(5);
  signs.header.monitor.state = WatchState::kWatching;
  signs.header.monitor.since = kNow - seconds(3600);
  signs.folders = {{"data", {}, 1 << 30, 1 << 20}};
  return signs;
}

std::vector<std::string> Codes(const Signs& signs) {
  std::vector<std::string> codes;
  for (const Notice& problem : FindProblems(signs)) codes.push_back(problem.code);
  return codes;
}
using Expected = std::vector<std::string>;

TEST_CASE("a monitor that is on time is no problem", "[health]") { CHECK(Codes(GoodSigns()).empty()); }

TEST_CASE("a cycle is late after three intervals and a timeout", "[health]") {
  Signs signs = GoodSigns();
  signs.header.updated = kNow - seconds(31);
  CHECK(Codes(signs).empty());
  signs.header.updated = kNow - seconds(32);
  CHECK(Codes(signs) == Expected{"monitor_late"});
  CHECK(FindProblems(signs)[0].since == signs.header.updated);
}

TEST_CASE("a monitor that has just started has time for its first cycle", "[health]") {
  Signs signs = GoodSigns();
  signs.header.updated = kNow - seconds(86400);
  signs.header.monitor.since = kNow - seconds(2);
  CHECK(Codes(signs).empty());
  signs.header.updated = kNever;
  CHECK(Codes(signs).empty());
  signs.header.monitor.since = kNow - seconds(40);
  CHECK(Codes(signs) == Expected{"monitor_late"});
}

TEST_CASE("a monitor that never ran or was stopped is a problem", "[health]") {
  Signs signs = GoodSigns();
  signs.header = HostList();
  CHECK(Codes(signs) == Expected{"monitor_never_ran"});
  signs = GoodSigns();
  signs.header.monitor.state = WatchState::kStopped;
  CHECK(Codes(signs) == Expected{"monitor_stopped"});
}

TEST_CASE("a clock that fell back hides no monitor that has ended", "[health]") {
  Signs signs = GoodSigns();
  signs.header.updated = kNow + seconds(20);
  CHECK(Codes(signs).empty());
  signs.header.updated = kNow + seconds(86400);
  CHECK(Codes(signs) == Expected{"clock_behind"});
}

TEST_CASE("a start that the clock has not come to yet is no sign of anything", "[health]") {
  Signs signs = GoodSigns();
  signs.header.monitor.since = kNow + seconds(86400);
  CHECK(Codes(signs).empty());
  signs.header.updated = kNow - seconds(40);
  CHECK(Codes(signs) == Expected{"monitor_late"});
}

TEST_CASE("a folder without room or right to write is a problem", "[health]") {
  Signs signs = GoodSigns();
  signs.folders = {{"data", std::make_error_code(std::errc::read_only_file_system), 0, 1}, {"live", {}, 1000, 2000}};
  CHECK(Codes(signs) == Expected{"write_failed", "disk_full"});
}

TEST_CASE("requests that wait are a problem after a while", "[health]") {
  Signs signs = GoodSigns();
  signs.requests_since = kNow - seconds(3);
  CHECK(Codes(signs).empty());
  signs.requests_since = kNow - seconds(30);
  CHECK(Codes(signs) == Expected{"requests_waiting"});
}

QueuedMessage Waiting(const std::string& channel, seconds ago, int attempts = 0, const std::string& error = "") {
  QueuedMessage queued;
  queued.message.id = "m" + std::to_string(ago.count());
  queued.message.queued = kNow - ago;
  queued.channel = channel;
  queued.attempts = attempts;
  queued.error = error;
  return queued;
}

TEST_CASE("messages that are not delivered are a problem, with their number, channel and last error", "[health]") {
  Signs signs = GoodSigns();
  signs.outbox = {Waiting("smtp", seconds(290), 2, "421 try later")};
  CHECK(Codes(signs).empty());
  signs.outbox = {Waiting("smtp", seconds(310)), Waiting("smtp", seconds(20), 3, "535 bad password"),
                  Waiting("slack", seconds(1000), 1, "no_service"), Waiting("slack", seconds(2))};
  CHECK(Codes(signs) == Expected{"outbox_waiting"});
  const Notice problem = FindProblems(signs)[0];
  CHECK(problem.message ==
        "1 message has not got out through slack: no_service; "
        "2 messages have not got out through smtp: 535 bad password");
  CHECK(problem.since == kNow - seconds(1000));
}

TEST_CASE("a message that was dated by a wrong clock is late when it has waited for long", "[health]") {
  Signs signs = GoodSigns();
  signs.outbox = {Waiting("smtp", seconds(-86400))};
  CHECK(Codes(signs).empty());
  signs.outbox[0].waited = seconds(301);
  CHECK(Codes(signs) == Expected{"outbox_waiting"});
}

TEST_CASE("a file of the outbox that cannot be read is a problem", "[health]") {
  Signs signs = GoodSigns();
  signs.outbox_damaged = {"m1.smtp.json"};
  CHECK(Codes(signs) == Expected{"outbox_damaged"});
}

TEST_CASE("a problem that monitord has a notice of is there once, in its words", "[health]") {
  Signs signs = GoodSigns();
  signs.config_broken = true;
  signs.header.monitor.notices = {{"config_broken", "timeout is 0", kNow}, {"file_set_aside", "seen to it?", kNow}};
  CHECK(Codes(signs) == Expected{"config_broken", "file_set_aside"});
  CHECK(FindProblems(signs)[0].message == "timeout is 0");
  signs.header.monitor.notices.clear();
  CHECK(Codes(signs) == Expected{"config_broken"});
}

TEST_CASE("health is 503 with its problems, or 200", "[health]") {
  Site site;
  Response response = site.Send("GET", "/api/health");
  CHECK(response.status == 503);
  CHECK(response.type == "application/json");
  auto health = JsonOf(response);
  CHECK_FALSE(health["ok"].GetBool());
  CHECK(std::string(health["problems"][0]["code"].GetString()) == "monitor_never_ran");
  CHECK(health["updated"].IsNull());

  HostList list;
  list.updated = WallNow();
  list.interval = seconds(10);
  list.monitor = {WatchState::kWatching, WallNow(), std::chrono::milliseconds(1012), "1.2.3", {}, 0, {}};
  ReplaceFile(site.folder() / "hosts.json", JsonText([&](JsonWriter& out) { WriteHostList(out, list); }), 0640);
  response = site.Send("GET", "/api/health");
  CHECK(response.status == 200);
  health = JsonOf(response);
  CHECK(health["ok"].GetBool());
  CHECK(health["problems"].Empty());
  CHECK(health["cycle_ms"].GetInt() == 1012);
  CHECK(std::string(health["version"].GetString()) == "1.2.3");
}

}  // namespace
}  // namespace linewatch::cgi
