#include "store/ledger.h"

#include <random>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr WallTime kNoon{1763812800s};  // 2025-11-22 12:00 UTC, a Saturday

// Writes a story of one host, minute by minute, and asks what it comes to.
class Story {
 public:
  Story() { Tell(MonitorEvent{kNoon, MonitorChange::kStart, kNever}); }

  Story& Tell(Event event) {
    log.Append({std::move(event)});
    return *this;
  }
  // At `at` the check that was sent at `since` changed the status; without `since` they are the same.
  Story& Goes(Status from, Status to, microseconds at, std::optional<microseconds> since = std::nullopt,
              const std::string& host = "a") {
    const std::string reason = to == Status::kUp ? "" : "no answer within 1 s";
    return Tell(StatusEvent{kNoon + at, host, "Line " + host, from, to, kNoon + since.value_or(at), reason});
  }
  // It is up from noon on.
  Story& IsUp() { return Goes(Status::kPending, Status::kUp, 0min); }
  // Its checks fail from `at` on, and two minutes later the threshold is reached.
  Story& GoesDown(microseconds at) {
    return Goes(Status::kUp, Status::kFailing, at).Goes(Status::kFailing, Status::kDown, at + 2min, at);
  }
  Story& Maintains(bool begins, microseconds at) { return Tell(MaintenanceEvent{kNoon + at, "a", "Line a", begins}); }
  Story& Says(std::optional<Cause> cause, const std::string& id) {
    return Tell(OutageEvent{kNoon + 3h, id, cause, "as agreed", "ada"});
  }

  Ledger Of(microseconds from, microseconds to) const {
    LedgerQuery query{kNoon + from, kNoon + to};
    query.short_below = 100s;
    return ReadLedger(log, query);
  }
  // Of host a, from noon to one o'clock.
  HostLedger Hour() const {
    const Ledger ledger = Of(0min, 60min);
    REQUIRE_FALSE(ledger.hosts.empty());
    CheckSum(ledger.hosts.front(), 60min);
    return ledger.hosts.front();
  }
  static void CheckSum(const HostLedger& host, microseconds span) {
    microseconds sum{0};
    for (const auto part : host.time) sum += part;
    CHECK(sum == span);
  }

  const TempDir folder;
  const EventLog log{folder / "events"};
};

microseconds Time(const HostLedger& host, TimeKind kind) { return Of(host.time, kind); }

TEST_CASE("an outage runs from the first failed check to the first good one, and counts as down from its beginning",
          "[ledger]") {
  Story story;
  story.IsUp().GoesDown(20min).Goes(Status::kDown, Status::kUp, 30min);
  const HostLedger line = story.Hour();
  REQUIRE(line.outages.size() == 1);
  const Outage& outage = line.outages[0];
  CHECK(outage.id == "a-1763814000");
  CHECK(outage.name == "Line a");
  CHECK(outage.start == kNoon + 20min);
  CHECK(outage.end == kNoon + 30min);
  CHECK(outage.cause == Cause::kHost);
  CHECK(outage.reason == "no answer within 1 s");
  CHECK_FALSE(outage.is_short);
  CHECK(Time(line, TimeKind::kDown) == 10min);
  CHECK(Time(line, TimeKind::kUp) == 50min);
}

TEST_CASE("one that never reached the threshold is a short outage, and down time all the same", "[ledger]") {
  Story story;
  story.IsUp().Goes(Status::kUp, Status::kFailing, 20min).Goes(Status::kFailing, Status::kUp, 21min);
  const HostLedger line = story.Hour();
  REQUIRE(line.outages.size() == 1);
  CHECK(line.outages[0].is_short);
  CHECK(Time(line, TimeKind::kDown) == 1min);
}

TEST_CASE("an outage that goes on has no end, and lies in every span that it touches", "[ledger]") {
  Story story;
  story.IsUp().GoesDown(20min);
  CHECK_FALSE(story.Hour().outages.at(0).end);
  CHECK(story.Of(40min, 50min).hosts.at(0).outages.size() == 1);
  CHECK(story.Of(0min, 10min).hosts.at(0).outages.empty());
  // One that ends after the span has its end.
  story.Goes(Status::kDown, Status::kUp, 5h);
  CHECK(story.Hour().outages.at(0).end == kNoon + 5h);
}

TEST_CASE("what is upstream's fault is taken back from the host, and kept apart", "[ledger]") {
  Story story;
  story.IsUp()
      .Goes(Status::kUp, Status::kFailing, 20min)
      .Goes(Status::kFailing, Status::kUnreachable, 21min, 20min)
      .Goes(Status::kUnreachable, Status::kUp, 30min);
  const HostLedger line = story.Hour();
  CHECK(Time(line, TimeKind::kDown) == 0min);
  CHECK(Time(line, TimeKind::kUpstream) == 10min);
  REQUIRE(line.outages.size() == 1);
  CHECK(line.outages[0].cause == Cause::kUpstream);
  CHECK_FALSE(line.outages[0].is_short);
}

TEST_CASE("upstream's outage of a moment is a short outage", "[ledger]") {
  Story story;
  story.IsUp().Goes(Status::kUp, Status::kUnreachable, 20min).Goes(Status::kUnreachable, Status::kUp, 21min);
  CHECK(story.Hour().outages.at(0).is_short);
}

TEST_CASE("what still fails when its parent is back is an outage of its own", "[ledger]") {
  Story story;
  story.IsUp()
      .Goes(Status::kUp, Status::kUnreachable, 20min)
      .Goes(Status::kUnreachable, Status::kFailing, 30min)
      .Goes(Status::kFailing, Status::kDown, 32min, 30min)
      .Goes(Status::kDown, Status::kUp, 40min);
  const HostLedger line = story.Hour();
  REQUIRE(line.outages.size() == 2);
  CHECK(line.outages[0].cause == Cause::kUpstream);
  CHECK(line.outages[0].end == kNoon + 30min);
  CHECK(line.outages[1].cause == Cause::kHost);
  CHECK(line.outages[1].start == kNoon + 30min);
  CHECK(Time(line, TimeKind::kUpstream) == 10min);
  CHECK(Time(line, TimeKind::kDown) == 10min);
}

TEST_CASE("an outage stands while its parent fails, too, until a good check", "[ledger]") {
  Story story;
  story.IsUp()
      .GoesDown(20min)
      .Goes(Status::kDown, Status::kUnreachable, 25min)
      .Goes(Status::kUnreachable, Status::kDown, 35min)
      .Goes(Status::kDown, Status::kUp, 40min);
  const HostLedger line = story.Hour();
  REQUIRE(line.outages.size() == 1);
  CHECK(line.outages[0].end == kNoon + 40min);
  CHECK(line.outages[0].cause == Cause::kHost);
  CHECK(Time(line, TimeKind::kUpstream) == 10min);
  CHECK(Time(line, TimeKind::kDown) == 10min);
}

TEST_CASE("nobody is blamed while monitord is blind", "[ledger]") {
  Story story;
  story.IsUp()
      .Goes(Status::kUp, Status::kFailing, 20min)
      .Tell(MonitorEvent{kNoon + 21min, MonitorChange::kBlind, kNoon + 20min})
      .Goes(Status::kFailing, Status::kUnknown, 21min, 20min)
      .Tell(MonitorEvent{kNoon + 30min, MonitorChange::kSight, kNoon + 20min})
      .Goes(Status::kUnknown, Status::kUp, 30min);
  const HostLedger line = story.Hour();
  CHECK(line.outages.empty());
  CHECK(Time(line, TimeKind::kBlind) == 10min);
  CHECK(Time(line, TimeKind::kDown) == 0min);
  const auto blind = story.Of(0min, 60min).blind;
  REQUIRE(blind.size() == 1);
  CHECK(blind[0].start == kNoon + 20min);
  CHECK(blind[0].end == kNoon + 30min);
  CHECK(story.Of(40min, 60min).blind.empty());
}

TEST_CASE("maintenance counts neither for nor against the host", "[ledger]") {
  Story story;
  story.IsUp().Maintains(true, 10min).GoesDown(20min).Goes(Status::kDown, Status::kUp, 30min).Maintains(false, 40min);
  const HostLedger line = story.Hour();
  CHECK(Time(line, TimeKind::kMaintenance) == 30min);
  CHECK(Time(line, TimeKind::kUp) == 30min);
  REQUIRE(line.outages.size() == 1);
  CHECK(line.outages[0].cause == Cause::kMaintenance);
}

TEST_CASE("what is still down when its window ends is the host's own outage, but for the window", "[ledger]") {
  Story story;
  story.IsUp().Maintains(true, 10min).GoesDown(20min).Maintains(false, 30min).Goes(Status::kDown, Status::kUp, 45min);
  const HostLedger line = story.Hour();
  CHECK(Time(line, TimeKind::kMaintenance) == 20min);
  CHECK(Time(line, TimeKind::kDown) == 15min);
  CHECK(line.outages.at(0).cause == Cause::kHost);
}

TEST_CASE("paused time, and time in which monitord did not run, are kept apart", "[ledger]") {
  Story story;
  story.IsUp()
      .Goes(Status::kUp, Status::kPaused, 10min)
      .Goes(Status::kPaused, Status::kPending, 15min)
      .Goes(Status::kPending, Status::kUp, 16min)
      .Tell(MonitorEvent{kNoon + 20min, MonitorChange::kStop, kNoon + 20min})
      .Tell(MonitorEvent{kNoon + 40min, MonitorChange::kStart, kNoon + 20min})
      .Tell(MonitorEvent{kNoon + 55min, MonitorChange::kLate, kNoon + 50min});
  const HostLedger line = story.Hour();
  CHECK(Time(line, TimeKind::kPaused) == 5min);
  CHECK(Time(line, TimeKind::kOff) == 1min + 20min + 5min);
  CHECK(Time(line, TimeKind::kUp) == 10min + 4min + 10min + 5min);
}

TEST_CASE("after the last sign of life of monitord nothing is known", "[ledger]") {
  Story story;
  story.IsUp();
  LedgerQuery query{kNoon, kNoon + 60min, kNoon + 45min};
  const auto line = ReadLedger(story.log, query).hosts.at(0);
  CHECK(Time(line, TimeKind::kUp) == 45min);
  CHECK(Time(line, TimeKind::kOff) == 15min);
}

TEST_CASE("a clock that is set moves what this run has recorded, and makes no outage longer", "[ledger]") {
  const auto step = GENERATE(90min, -90min);
  Story story;
  const WallTime run = kNoon + 2h;
  const auto at = [&](microseconds t) { return run + t; };
  const auto went = [&](Status from, Status to, WallTime t) { story.Tell(StatusEvent{t, "b", "B", from, to, t, ""}); };
  story.Tell(MonitorEvent{run, MonitorChange::kStart, kNever});
  went(Status::kPending, Status::kUp, at(0min));
  went(Status::kUp, Status::kFailing, at(10min));
  went(Status::kFailing, Status::kDown, at(12min));
  story.Tell(MonitorEvent{at(15min) + step, MonitorChange::kClock, at(15min)});
  went(Status::kDown, Status::kUp, at(20min) + step);
  LedgerQuery query{run + step, run + step + 1h};
  const auto ledger = ReadLedger(story.log, query);
  const auto line = std::find_if(ledger.hosts.begin(), ledger.hosts.end(), [](const auto& h) { return h.host == "b"; });
  REQUIRE(line != ledger.hosts.end());
  CHECK(Time(*line, TimeKind::kDown) == 10min);
  REQUIRE(line->outages.size() == 1);
  CHECK(*line->outages[0].end - line->outages[0].start == 10min);
}

TEST_CASE("whoever says afterwards whose fault an outage was moves its time there, until it is set back", "[ledger]") {
  Story story;
  story.IsUp()
      .GoesDown(20min)
      .Goes(Status::kDown, Status::kUp, 30min)
      .Says(Cause::kPower, "a-1763814000")
      .Says(Cause::kMaintenance, "nobody-1763814000");
  HostLedger line = story.Hour();
  CHECK(line.outages.at(0).cause == Cause::kPower);
  CHECK(line.outages.at(0).measured == Cause::kHost);
  CHECK(line.outages.at(0).note == "as agreed");
  CHECK(line.outages.at(0).user == "ada");
  CHECK(Time(line, TimeKind::kPower) == 10min);
  CHECK(Time(line, TimeKind::kDown) == 0min);
  story.Says(std::nullopt, "a-1763814000");
  line = story.Hour();
  CHECK(line.outages.at(0).cause == Cause::kHost);
  CHECK(Time(line, TimeKind::kDown) == 10min);
}

TEST_CASE("a host that is gone or called otherwise stays what it was in the time before", "[ledger]") {
  Story story;
  EditEvent added{kNoon + 5min, "ada", EditAction::kAdd, "b", {}, "Bank", "Banks Ltd", 99.5};
  EditEvent renamed{kNoon + 90min, "ada", EditAction::kChange, "b", {"name"}, "Library", "Town", {}};
  EditEvent deleted{kNoon + 150min, "ada", EditAction::kDelete, "b", {}, "Library", "Town", {}};
  story.Tell(added)
      .Goes(Status::kPending, Status::kUp, 6min, {}, "b")
      .Tell(renamed)
      .Goes(Status::kUp, Status::kFailing, 140min, {}, "b")
      .Tell(deleted);
  const HostLedger first = story.Hour();
  CHECK(first.host == "b");
  CHECK(first.customer == "Banks Ltd");
  CHECK(first.sla_percent == 99.5);
  CHECK(Time(first, TimeKind::kNone) == 5min);
  CHECK(Time(first, TimeKind::kOff) == 1min);
  const HostLedger last = story.Of(120min, 180min).hosts.at(0);
  CHECK(last.name == "Library");
  CHECK(last.customer == "Town");
  CHECK(Time(last, TimeKind::kNone) == 30min);
  REQUIRE(last.outages.size() == 1);
  CHECK(last.outages[0].end == kNoon + 150min);
  CHECK(story.Of(160min, 180min).hosts.empty());
}

TEST_CASE("a check that was under way when its host was deleted brings it not back", "[ledger]") {
  Story story;
  story.IsUp()
      .Tell(EditEvent{kNoon + 30min, "ada", EditAction::kDelete, "a", {}, "Line a", "", {}})
      .Goes(Status::kUp, Status::kFailing, 30min + 1s);
  const HostLedger line = story.Hour();
  CHECK(Time(line, TimeKind::kUp) == 30min);
  CHECK(Time(line, TimeKind::kNone) == 30min);
  CHECK(line.outages.empty());
}

TEST_CASE("a host whose target was changed is another host: the outage of the one before is over", "[ledger]") {
  Story story;
  story.IsUp()
      .GoesDown(20min)
      .Goes(Status::kPending, Status::kFailing, 30min)
      .Goes(Status::kFailing, Status::kUp, 31min);
  const HostLedger line = story.Hour();
  REQUIRE(line.outages.size() == 2);
  CHECK(line.outages[0].end == kNoon + 30min);
  CHECK_FALSE(line.outages[0].is_short);
  CHECK(line.outages[1].is_short);
}

TEST_CASE("a clock that was ahead for a while hides nothing of what came after", "[ledger]") {
  Story story;
  story.IsUp()
      .Tell(MonitorEvent{kNoon + 5h, MonitorChange::kClock, kNoon + 5min})
      .Goes(Status::kUp, Status::kDegraded, 5h + 1min)
      .Tell(MonitorEvent{kNoon + 10min, MonitorChange::kClock, kNoon + 5h + 5min})
      .Goes(Status::kDegraded, Status::kFailing, 20min)
      .Goes(Status::kFailing, Status::kDown, 22min, 20min)
      .Goes(Status::kDown, Status::kUp, 30min);
  const HostLedger line = story.Hour();
  CHECK(line.outages.size() == 1);
  CHECK(Time(line, TimeKind::kDown) == 10min);
}

TEST_CASE("a clock that was months ahead for a while moves nothing of the time before", "[ledger]") {
  Story story;
  story.Goes(Status::kPending, Status::kUp, 3min)
      .Tell(MonitorEvent{kNoon + 90 * 24h, MonitorChange::kClock, kNoon + 5min})
      .Tell(MonitorEvent{kNoon + 10min, MonitorChange::kClock, kNoon + 90 * 24h + 5min})
      .Goes(Status::kUp, Status::kFailing, 20min)
      .Goes(Status::kFailing, Status::kUp, 30min);
  const HostLedger line = story.Hour();
  CHECK(Time(line, TimeKind::kNone) == 3min);
  CHECK(Time(line, TimeKind::kUp) == 47min);
  CHECK(Time(line, TimeKind::kDown) == 10min);
}

TEST_CASE("a clock that is set moves what a snapshot began, too, though nobody reads when its run began", "[ledger]") {
  Story story;
  const WallTime month{1764547200s};
  story.IsUp()
      .Tell(HostsEvent{month, {{"a", "Line a", "", {}, Status::kUp, kNoon, "", false, false}}})
      .Tell(StatusEvent{month + 3h, "a", "Line a", Status::kUp, Status::kDown, month + 3h, "gone"})
      .Tell(MonitorEvent{month + 5h, MonitorChange::kClock, month + 4h})
      .Tell(StatusEvent{month + 6h, "a", "Line a", Status::kDown, Status::kUp, month + 6h, ""});
  const auto line = ReadLedger(story.log, {month + 2h, month + 10h}).hosts.at(0);
  CHECK(Time(line, TimeKind::kDown) == 2h);
  CHECK(line.outages.at(0).start == month + 4h);
}

TEST_CASE("nobody watched up to the end of a month: that is known by a start long after", "[ledger]") {
  Story story;
  const WallTime month{1764547200s};
  story.IsUp()
      .Tell(EditEvent{month + 3h, "ada", EditAction::kChange, "a", {"name"}, "Other", "", {}})
      .Tell(MonitorEvent{month + 5h, MonitorChange::kStart, month - 2h});
  const auto line = ReadLedger(story.log, {month - 3h, month}).hosts.at(0);
  CHECK(Time(line, TimeKind::kUp) == 1h);
  CHECK(Time(line, TimeKind::kOff) == 2h);
}

TEST_CASE("what somebody said of an outage holds in the months into which it goes on", "[ledger]") {
  Story story;
  const WallTime month{1764547200s};
  const auto known = [](WallTime t, Status status, bool is_outage) {
    return HostsEvent{t, {{"a", "Line a", "", {}, status, kNoon + 20min, "", is_outage, false}}};
  };
  story.Tell(known(kNoon, Status::kUp, false))
      .Goes(Status::kUp, Status::kDown, 22min, 20min)
      .Says(Cause::kPower, "a-1763814000")
      .Tell(known(month, Status::kDown, true));
  const auto line = ReadLedger(story.log, {month, month + 1h}).hosts.at(0);
  CHECK(Time(line, TimeKind::kPower) == 1h);
  CHECK(line.outages.at(0).note == "as agreed");
}

TEST_CASE("a pause ends an outage for a snapshot, too", "[ledger]") {
  Story story;
  const WallTime month{1764547200s};
  story.Tell(HostsEvent{month, {{"a", "Line a", "", {}, Status::kPaused, kNoon, "", true, false}}});
  const auto line = ReadLedger(story.log, {month, month + 1h}).hosts.at(0);
  CHECK(line.outages.empty());
  CHECK(Time(line, TimeKind::kPaused) == 1h);
}

TEST_CASE("one host's ledger is that of all without the others", "[ledger]") {
  Story story;
  for (const char* host : {"a", "b"})
    story.Goes(Status::kPending, Status::kUp, 0min, {}, host).Goes(Status::kUp, Status::kFailing, 9min, {}, host);
  LedgerQuery query{kNoon, kNoon + 1h};
  query.host = "b";
  const Ledger ledger = ReadLedger(story.log, query);
  REQUIRE(ledger.hosts.size() == 1);
  CHECK(ledger.hosts[0].host == "b");
  CHECK(ledger.hosts[0].outages.size() == 1);
}

TEST_CASE("lines that are torn, doubled or of no known kind harm nothing", "[ledger]") {
  Story story;
  story.IsUp().Goes(Status::kUp, Status::kFailing, 20min);
  const auto file = story.folder / "events" / "2025-11.jsonl";
  const std::string text = Contents(file);
  WriteInPlace(file,
               "{}\n[]\n\n{\"type\"\n" + text + text.substr(text.rfind("{\"type\"")) + "{\"type\":\"outage\"}\n{\"ty");
  const HostLedger line = story.Hour();
  CHECK(line.outages.size() == 1);
  CHECK(Time(line, TimeKind::kDown) == 40min);
}

TEST_CASE("an id of an outage is a host's and a second", "[ledger]") {
  const auto name = ParseOutageId("k3f9w2x1ab-1763814000");
  REQUIRE(name);
  CHECK(name->host == "k3f9w2x1ab");
  CHECK(name->start == WallTime(1763814000s));
  for (const char* wrong :
       {"", "-", "a", "a-", "-1", "a-0", "a-01", "a-1x", "a--1", "A-1", "a-99999999999999999999", "a-1-2"})
    CHECK_FALSE(ParseOutageId(wrong));
}

// ---- Months

// The state of the hosts of a story, as monitord knows it.
struct Known {
  Status status = Status::kUp;
  WallTime since, fail_since = kNever;
  bool outage = false, in_maintenance = false;
};

TEST_CASE("a month that begins with what is known needs nothing of the months before", "[ledger]") {
  const unsigned seed = GENERATE(range(1U, 40U));
  std::mt19937 random(seed);
  const auto chance = [&](int of) { return std::uniform_int_distribution<int>(0, of - 1)(random) == 0; };
  const TempDir whole, cut;
  const EventLog all(whole / "events"), late(cut / "events");
  constexpr WallTime kMonth{1764547200s};  // 2025-12-01
  std::vector<Known> lines(3);
  const auto id = [](size_t i) { return std::string(1, static_cast<char>('a' + i)); };

  std::vector<Event> before, after;
  WallTime t = kMonth - 2h;
  before.push_back(MonitorEvent{t, MonitorChange::kStart, kNever});
  for (size_t i = 0; i < lines.size(); ++i) {
    lines[i].since = t;
    before.push_back(StatusEvent{t, id(i), "Line", Status::kPending, Status::kUp, t, ""});
  }
  bool is_snapshot_taken = false;
  while (t < kMonth + 2h) {
    t += std::chrono::seconds(std::uniform_int_distribution<int>(10, 400)(random));
    if (t >= kMonth && !is_snapshot_taken) {
      is_snapshot_taken = true;
      HostsEvent snapshot{t, {}};
      for (size_t i = 0; i < lines.size(); ++i)
        snapshot.hosts.push_back({id(i),
                                  "Line",
                                  "",
                                  {},
                                  lines[i].status,
                                  lines[i].fail_since != kNever ? lines[i].fail_since : lines[i].since,
                                  "",
                                  lines[i].outage,
                                  lines[i].in_maintenance});
      after.push_back(snapshot);
      continue;
    }
    auto& events = t < kMonth ? before : after;
    const size_t i = random() % lines.size();
    Known& line = lines[i];
    if (chance(8)) {
      line.in_maintenance = !line.in_maintenance;
      events.push_back(MaintenanceEvent{t, id(i), "Line", line.in_maintenance});
      continue;
    }
    const Status was = line.status;
    WallTime since = t;
    switch (was) {
      case Status::kUp:
        line.status = Status::kFailing;
        line.fail_since = t;
        break;
      case Status::kFailing:
        line.status = chance(3) ? Status::kUp : chance(2) ? Status::kUnreachable : Status::kDown;
        if (line.status == Status::kDown) line.outage = true;
        if (line.status != Status::kUp) since = line.fail_since;
        break;
      case Status::kUnreachable:
        line.status = chance(2) ? Status::kUp : Status::kFailing;
        if (line.status == Status::kFailing) line.fail_since = t;
        break;
      default:
        line.status = Status::kUp;
    }
    if (line.status == Status::kUp) {
      line.outage = false;
      line.fail_since = kNever;
    }
    line.since = t;
    events.push_back(StatusEvent{t, id(i), "Line", was, line.status, since, ""});
  }
  all.Append(before);
  all.Append(after);
  late.Append(after);
  CHECK(all.has_snapshot(kMonth));
  CHECK_FALSE(all.has_snapshot(kMonth - 1h));

  const WallTime from = TimeOf(after.front()) + 10min;
  LedgerQuery query{from, kMonth + 2h};
  query.short_below = 100s;
  const Ledger one = ReadLedger(late, query), other = ReadLedger(all, query);
  // From before the month on all has to be read.
  LedgerQuery longer = query;
  longer.from = kMonth - 1h;
  const Ledger long_one = ReadLedger(all, longer);
  REQUIRE(one.hosts.size() == lines.size());
  REQUIRE(long_one.hosts.size() == lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    CHECK(one.hosts[i].time == other.hosts[i].time);
    Story::CheckSum(one.hosts[i], query.to - query.from);
    Story::CheckSum(long_one.hosts[i], longer.to - longer.from);
    std::vector<Outage> expected = long_one.hosts[i].outages;
    std::erase_if(expected, [&](const Outage& outage) { return outage.end && *outage.end <= from; });
    REQUIRE(one.hosts[i].outages.size() == expected.size());
    for (size_t k = 0; k < expected.size(); ++k) {
      CHECK(one.hosts[i].outages[k].id == expected[k].id);
      CHECK(one.hosts[i].outages[k].start == expected[k].start);
      CHECK(one.hosts[i].outages[k].end == expected[k].end);
    }
  }
}

TEST_CASE("a snapshot that knows more than the events before it is believed", "[ledger]") {
  Story story;
  story.IsUp().Goes(Status::kPending, Status::kUp, 0min, {}, "gone");
  HostsEvent snapshot{kNoon + 30min, {}};
  snapshot.hosts.push_back({"a", "Line a", "", {}, Status::kDown, kNoon + 25min, "no route to host", true, false});
  story.Tell(snapshot);
  const Ledger ledger = story.Of(0min, 60min);
  REQUIRE(ledger.hosts.size() == 2);
  CHECK(Time(ledger.hosts[0], TimeKind::kDown) == 30min);
  CHECK(ledger.hosts[0].outages.at(0).start == kNoon + 25min);
  CHECK(Time(ledger.hosts[1], TimeKind::kNone) == 30min);
}

TEST_CASE("months that are too old are removed, unless the clock alone makes them old", "[ledger]") {
  const TempDir folder;
  const EventLog log(folder / "events");
  for (int month = 0; month < 20; ++month)
    log.Append({MonitorEvent{kNoon - std::chrono::days(30 * month), MonitorChange::kStart, kNever}});
  CHECK(log.RemoveOld(std::chrono::days(400), kNoon + std::chrono::years(20)) == 0);
  const int removed = log.RemoveOld(std::chrono::days(400), kNoon);
  CHECK(removed == 5);
  CHECK(std::filesystem::exists(folder / "events" / "2024-10.jsonl"));
  CHECK_FALSE(std::filesystem::exists(folder / "events" / "2024-08.jsonl"));
  CHECK(log.RemoveOld(std::chrono::days(400), kNoon) == 0);

  // Not even where little is kept, and where the clock has begun a month of its own.
  const WallTime ahead = kNoon + std::chrono::years(20);
  log.Append({MonitorEvent{ahead, MonitorChange::kClock, kNoon}});
  CHECK(log.RemoveOld(std::chrono::days(1), ahead) == 0);
}

}  // namespace
}  // namespace linewatch
