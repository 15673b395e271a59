#include "monitord/verdict/recorder.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

#include "monitord/alert/alert_causes.h"
#include "monitord/alert/alert_policy.h"
#include "monitord/alert/alert_replay.h"
#include "monitord/alert/digest.h"
#include "monitord/verdict/uptime_replay.h"
#include "store/host_json.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// Simulated time, cycles made of letters:
//   g  answers            b  does not           s  answers slowly
//   v  void               x  this machine cannot send there
// and the status after each cycle as a letter.
std::string LetterOf(Status status) {
  const std::map<Status, std::string> letters = {
      {Status::kPending, "-"}, {Status::kUp, "U"},          {Status::kDegraded, "d"}, {Status::kFailing, "f"},
      {Status::kDown, "D"},    {Status::kUnreachable, "R"}, {Status::kUnknown, "?"},  {Status::kPaused, "="}};
  return letters.at(status);
}

constexpr WallTime kStart{1763800000s};

class Network {
 public:
  explicit Network(int threshold = 3) {
    config.interval = 10s;
    config.fail_threshold = threshold;
  }

  Host& Add(const std::string& id, std::vector<std::string> parents = {}) {
    Host host;
    host.id = host.name = id;
    host.ip = "10.0.0." + std::to_string(list.hosts.size() + 1);
    host.parents = std::move(parents);
    list.hosts.push_back(host);
    return list.hosts.back();
  }
  void AddUplink() { config.uplinks = {"10.9.9.9"}; }

  void Start(WallTime last_sign = kNever) {
    Start(Past{{last_sign, HostStates(list.hosts.size())}, AlertStates(list.hosts.size())});
  }
  struct Past {
    Replayed replayed;
    AlertStates alerts;
  };
  void Start(Past past) {
    alert_states = std::move(past.alerts);
    for (size_t i = 0; i < list.hosts.size(); ++i)
      RestoreAlertState({list.hosts[i].seen, past.replayed.states[i]}, alert_states[i], now.wall);
    recorder.emplace(list, config, secrets).Start(std::move(past.replayed), now);
    cycles_ = 0;
    TakeSettings();
  }
  // A kill -9, and a start after `pause`, when the wall clock is `behind`: from hosts.json and the events.
  void Restart(std::chrono::microseconds pause, std::chrono::microseconds behind = 0s) {
    RestartFrom(HostsJson(), {}, pause, behind);
  }
  // `outbox`: messages that were queued and got no event any more.
  void RestartFrom(const std::string& hosts_json, const std::vector<AlertEvent>& outbox,
                   std::chrono::microseconds pause, std::chrono::microseconds behind) {
    Pass(pause);
    now.wall -= behind;
    Past past = ReadPast(hosts_json, now.wall, list);
    for (const AlertEvent& event : outbox)
      for (const NotifiedAlert& one : event.alerts) RestoreNotified(list, past.alerts, one, event.t);
    events.emplace_back(MonitorEvent{now.wall, MonitorChange::kStart, past.replayed.last_sign});
    questions.clear();
    digest = {};
    Start(std::move(past));
    TellDue();
  }
  std::string HostsJson() const {
    return JsonText([&](JsonWriter& out) { WriteHostList(out, list); });
  }
  Past ReadPast(const std::string& hosts_json, WallTime at, HostList& read) const {
    read = {};
    bool was_array = false;
    ReadHostList(
        hosts_json, [](const auto&, size_t) { return true; }, read, was_array);
    TempDir folder;
    const EventLog log(folder / "events");
    log.Append(events);
    AlertReplay listener(read, config);
    Replayed replayed = ReplayEvents(read, log, config, at, &listener);
    return {std::move(replayed), std::move(listener.alerts())};
  }
  void TakeSettings() {
    Recorder::Outcome outcome;
    targets = recorder->TakeSettings(now, outcome);
    Keep(std::move(outcome));
  }

  // One cycle: how each target fares, by id; whoever is not named answers.
  void Cycle(const std::map<std::string, char>& fates) {
    const SteadyTime next = now.steady + config.interval;
    RunRound(fates, {}, true);
    // What is asked for is checked at once, and fares as it did in the cycle, unless the test says otherwise.
    auto then = fates;
    for (const auto& [id, fate] : fates_when_asked) then[id] = fate;
    for (int i = 0; i < 3 && !questions.empty(); ++i) RunRound(then, std::exchange(questions, {}), false);
    Pass(std::chrono::duration_cast<std::chrono::microseconds>(next - now.steady));
  }
  // A small batch of its own.
  void Ask(const std::vector<std::string>& ids, const std::map<std::string, char>& fates) {
    RunRound(fates, ids, false);
  }
  // Of a batch that began at `started` the one check that hung until now, though it had left this machine.
  void EndHanging(const std::string& id, SteadyTime started) {
    CheckBatch part;
    part.targets = targets;
    part.started = started;
    part.started_since_boot = now.boot - (now.steady - started);
    for (uint32_t i = 0; i < targets->size(); ++i)
      if ((*targets)[i].id == id) part.entries.push_back({i, {}});
    part.entries[0].result.sent = started;
    part.entries[0].result.has_left = true;
    part.entries[0].result.reason = "no answer within 9 s";
    Recorder::Outcome outcome;
    recorder->Record(part, now, outcome);
    Keep(std::move(outcome));
  }
  // Cycles without anything special.
  void Quiet(int cycles) {
    for (int i = 0; i < cycles; ++i) Cycle({});
  }
  void Pass(std::chrono::microseconds time) {
    now.wall += time;
    now.steady += time;
    now.boot += time;
  }

  const Host& Seen(const std::string& id) const { return *list.Find(id); }
  size_t IndexOf(const Host& host) const { return static_cast<size_t>(&host - list.hosts.data()); }
  const HostState& StateOf(const std::string& id) const { return recorder->states()[IndexOf(*list.Find(id))]; }
  // The list was edited.
  void Follow(const HostOrigins& origins) {
    recorder->FollowEdit(origins);
    FollowHosts(alert_states, origins);
    TakeSettings();
  }
  std::vector<StatusEvent> StatusEvents(const std::string& id) const {
    return EventsOf<StatusEvent>([&](const auto& e) { return e.host == id; });
  }
  std::vector<MonitorEvent> MonitorEvents(MonitorChange state) const {
    return EventsOf<MonitorEvent>([&](const auto& e) { return e.state == state; });
  }
  template <class E, class Wanted>
  std::vector<E> EventsOf(Wanted wanted) const {
    std::vector<E> found;
    for (const Event& event : events)
      if (const auto* e = std::get_if<E>(&event); e != nullptr && wanted(*e)) found.push_back(*e);
    return found;
  }

  Config config;
  HostList list;
  AlertStates alert_states;
  Secrets secrets;
  std::optional<Recorder> recorder;
  Moment now{kStart, SteadyTime(1h), 1h};
  Targets targets;
  std::vector<Event> events;
  std::vector<std::string> questions;
  std::map<std::string, char> fates_when_asked;
  std::chrono::milliseconds spread{0};  // between the first requests of two targets
  std::chrono::seconds sleep{0};        // of the machine, while a batch is under way
  Digest digest;
  std::chrono::milliseconds digest_window{0};
  bool has_ended_acknowledgement = false;
  std::vector<Alert> queued;
  std::string told;  // the same: "D router, R router"

 private:
  void RunRound(const std::map<std::string, char>& fates, const std::vector<std::string>& only, bool is_cycle) {
    CheckBatch batch;
    batch.targets = targets;
    batch.is_cycle = is_cycle;
    batch.started = now.steady;
    batch.started_since_boot = now.boot;
    for (uint32_t i = 0; i < targets->size(); ++i) {
      const std::string& id = (*targets)[i].id;
      if (!only.empty() && std::find(only.begin(), only.end(), id) == only.end()) continue;
      if (is_cycle && cycles_ % ((*targets)[i].interval / config.interval) != 0) continue;
      const auto fate = fates.find(id.starts_with("uplink/") ? "uplink" : id);
      CheckResult result;
      result.sent = now.steady + i * spread;
      const char letter = fate == fates.end() ? 'g' : fate->second;
      result.ok = letter == 'g' || letter == 's';
      result.has_left = result.ok || letter == 'b';
      result.refused_here = letter == 'x';
      if (letter == 'v') result.void_reason = VoidReason::kLate;
      if (result.ok) result.rtt_ms = letter == 's' ? 500 : 10;
      if (!result.ok) result.reason = letter == 'x' ? "cannot send: Network is unreachable" : "no answer within 1 s";
      batch.entries.push_back({i, result});
    }
    if (is_cycle) ++cycles_;
    Pass(1s);
    now.wall += sleep;
    now.boot += sleep;
    Recorder::Outcome outcome;
    recorder->Record(batch, now, outcome);
    Keep(std::move(outcome));
    TellDue();
  }
  void TellDue() {
    for (size_t i = 0; i < list.hosts.size(); ++i)
      if (auto due =
              TakeDueAlert(list.hosts[i], recorder->states()[i], alert_states[i], config.email_cooldown, now.wall))
        digest.Add(*std::move(due), now.steady);
    if (const auto due_at = digest.due_at(digest_window); due_at && now.steady >= *due_at) Queue();
  }
  void Queue() {
    const auto alerts = digest.Take(list, recorder->topology());
    AlertEvent event{now.wall, "log", "", {}, {AlertOutcome::kLogged}, NotifiedAlertsOf(alerts)};
    for (const NotifiedAlert& one : event.alerts) {
      told += std::string(told.empty() ? "" : ", ") + "DRFSdn"[static_cast<size_t>(one.kind)] + " " + one.host;
      event.hosts.push_back(one.host);
      Host& host = *list.Find(one.host);
      MarkNotified(host.seen, alert_states[IndexOf(host)], now.wall);
    }
    events.emplace_back(std::move(event));
    queued.insert(queued.end(), alerts.begin(), alerts.end());
  }
  void Keep(Recorder::Outcome&& outcome) {
    if (outcome.clock_step)
      for (auto& alert : alert_states)
        if (alert) ForEachClockTime(*alert, *outcome.clock_step);
    for (auto& event : outcome.events) events.push_back(std::move(event));
    has_ended_acknowledgement = has_ended_acknowledgement || outcome.has_ended_acknowledgement;
    for (auto& question : outcome.wanted_checks) questions.push_back(std::move(question));
  }

  int64_t cycles_ = 0;
};

struct Row {
  const char* host;  // or "uplink"
  std::vector<std::string> parents;
  const char* checks;
  const char* statuses;
};
struct Story {
  const char* what;
  std::vector<Row> rows;
  const char* told;
};

// fail_threshold is 3 in all of them.
const std::vector<Story> kManual = {
    {"three failures in a row are an outage, and the first good check ends it",
     {{"line", {}, "gbbbbg", "UffDDU"}},
     "D line, R line"},
    {"fewer are a short outage, of which nobody is notified", {{"line", {}, "gbbgbbg", "UffUffU"}}, ""},

    {"what hangs below a router that is cut is unreachable, and only the router alerts",
     {{"router", {}, "gbbbgg", "UffDUU"}, {"line", {"router"}, "gbbbgg", "URRRUU"}},
     "D router, R router"},
    {"it goes on being checked, and what answers is up",
     {{"router", {}, "gbbbb", "UffDD"}, {"line", {"router"}, "gbbgb", "URRUR"}},
     "D router"},
    {"when the router is back, what is still silent has its full threshold, and alerts by itself then",
     {{"router", {}, "gbbbggg", "UffDUUU"}, {"line", {"router"}, "gbbbbbb", "URRRffD"}},
     "D router, R router, D line"},
    {"a host that fails while its router answers is down by itself",
     {{"router", {}, "gggggg", "UUUUUU"}, {"line", {"router"}, "gbbbgg", "UffDUU"}},
     "D line, R line"},
    {"a host that was down before its router alerts once, and so does its recovery",
     {{"router", {}, "gggggbbbgg", "UUUUUffDUU"}, {"line", {"router"}, "gbbbbbbbbg", "UffDDRRRDU"}},
     "D line, D router, R router, R line"},
    {"the full threshold, too, when the host failed before its router did",
     {{"router", {}, "ggggbggg", "UUUUfUUU"}, {"line", {"router"}, "ggbbbbbb", "UUffRffD"}},
     "D line"},
    {"so it has when the router was away for long",
     {{"router", {}, "gggbbbbggg", "UUUffDDUUU"}, {"line", {"router"}, "gbbbbbbbbb", "UffRRRRffD"}},
     "D router, R router, D line"},
    {"with two ways out, both must fail",
     {{"one", {}, "gbbbbg", "UffDDU"}, {"two", {}, "gggbbg", "UUUffU"}, {"line", {"one", "two"}, "gggbbg", "UUURRU"}},
     "D one, R one"},
    {"behind a router that is itself unreachable a host is unreachable",
     {{"core", {}, "gbbbg", "UffDU"}, {"router", {"core"}, "gbbbg", "URRRU"}, {"line", {"router"}, "gbbbg", "URRRU"}},
     "D core, R core"},

    {"while no uplink answers nobody is blamed; who answers is up",
     {{"uplink", {}, "gbbbbbg", ""}, {"far", {}, "gbbbbbg", "U?????U"}, {"near", {}, "ggggggg", "UUUUUUU"}},
     ""},
    {"who fails when monitord is no longer blind has its full threshold",
     {{"uplink", {}, "gbbbbggg", ""}, {"line", {}, "gbbbbbbb", "U????ffD"}},
     "D line"},
    {"failures that led into blindness are not held against the host",
     {{"uplink", {}, "ggbbggg", ""}, {"line", {}, "gbbbbbb", "Uf??ffD"}},
     "D line"},
    {"a notified outage alerts once, whatever is seen in between",
     {{"uplink", {}, "ggggbbgg", ""}, {"line", {}, "gbbbbbbg", "UffD??DU"}},
     "D line, R line"},

    {"when nothing can be sent to anybody, monitord is blind without any uplink",
     {{"one", {}, "gxxxxg", "U????U"}, {"two", {}, "gxxxxg", "U????U"}},
     ""},
    {"a host that alone has no route is down like any other",
     {{"one", {}, "gxxxg", "UffDU"}, {"two", {}, "ggggg", "UUUUU"}},
     "D one, R one"},

    {"void checks count for nothing", {{"line", {}, "gvvbvbvb", "UUUffffD"}}, "D line"},
    {"a host all of whose checks are void is unknown, not down", {{"line", {}, "gvvvvvg", "UUU???U"}}, ""},
};

TEST_CASE("the manual of verdicts", "[recorder]") {
  for (const Story& story : kManual) {
    INFO(story.what);
    Network network;
    for (const Row& row : story.rows) {
      if (std::string_view(row.host) == "uplink") {
        network.AddUplink();
      } else {
        network.Add(row.host, row.parents);
      }
    }
    network.Start();
    std::map<std::string, std::string> statuses;
    const size_t cycles = std::string_view(story.rows[0].checks).size();
    for (size_t i = 0; i < cycles; ++i) {
      std::map<std::string, char> fates;
      for (const Row& row : story.rows) fates[row.host] = row.checks[i];
      network.Cycle(fates);
      for (const Host& host : network.list.hosts) statuses[host.id] += LetterOf(host.seen.status);
    }
    for (const Row& row : story.rows) {
      INFO(row.host << ": " << row.checks);
      CHECK(statuses[row.host] == row.statuses);
    }
    CHECK(network.told == story.told);
  }
}

TEST_CASE("at the threshold parents and uplinks are asked at once, and decide", "[recorder]") {
  Network network;
  network.Add("router");
  network.Add("line", {"router"});
  network.AddUplink();
  network.Start();
  network.Quiet(1);

  SECTION("the router has failed since it was last checked") {
    network.fates_when_asked["router"] = 'b';
    for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kUnreachable);
    CHECK(network.told.empty());
  }
  SECTION("the uplink has") {
    network.fates_when_asked["uplink"] = 'b';
    for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kUnknown);
    CHECK(network.told.empty());
  }
  SECTION("neither has") {
    for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kDown);
    CHECK(network.StatusEvents("line").back().since == kStart + 10s);
  }
  SECTION("the answer does not come: the host goes on failing until it does") {
    network.fates_when_asked = {{"router", 'v'}, {"uplink", 'v'}};
    for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kFailing);
    network.fates_when_asked.clear();
    network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kDown);
  }
}

TEST_CASE("a host is not excused by what its router said long before", "[recorder]") {
  Network network;
  network.Add("router").interval = 600s;
  network.Add("line", {"router"});
  network.Start();
  network.Cycle({{"router", 'b'}});  // it missed one check; the next is due in ten minutes

  SECTION("the router answers when it is asked: the host is down by itself") {
    for (int i = 0; i < 5; ++i) network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kDown);
    CHECK(network.told == "D line");
  }
  SECTION("it does not: the host is unreachable, and the router not down before its own time") {
    network.fates_when_asked["router"] = 'b';
    for (int i = 0; i < 20; ++i) network.Cycle({{"line", 'b'}});
    CHECK(network.Seen("line").seen.status == Status::kUnreachable);
    CHECK(network.Seen("router").seen.fail_count == 1);
    CHECK(network.told.empty());
  }
}

TEST_CASE("a router that its children ask about is not down before its own time", "[recorder]") {
  Network network;
  network.Add("router");
  for (const char* line : {"one", "two", "three"}) network.Add(line, {"router"});
  network.Start();
  network.Quiet(1);
  network.fates_when_asked["router"] = 'b';
  network.Cycle({{"one", 'b'}});
  network.Cycle({{"one", 'b'}, {"two", 'b'}});
  network.Cycle({{"one", 'b'}, {"two", 'b'}, {"three", 'b'}});
  CHECK(network.Seen("one").seen.status == Status::kUnreachable);
  network.Cycle({{"router", 'b'}, {"one", 'b'}, {"two", 'b'}, {"three", 'b'}});
  network.Cycle({{"router", 'b'}, {"one", 'b'}, {"two", 'b'}, {"three", 'b'}});
  CHECK(network.Seen("router").seen.fail_count == 2);
  CHECK(network.Seen("router").seen.status == Status::kFailing);
}

TEST_CASE("an answer of the same batch confirms no failure, though it was asked for later", "[recorder]") {
  Network network;
  network.Add("line", {"router"});
  network.Add("router");
  network.spread = 40ms;
  network.Start();
  network.Quiet(1);
  network.fates_when_asked["router"] = 'b';
  for (int i = 0; i < 3; ++i) {
    network.Cycle({{"line", 'b'}});
    network.TakeSettings();  // somebody edits something
  }
  CHECK(network.Seen("line").seen.status == Status::kUnreachable);
}

TEST_CASE("one uplink of several is enough to see by", "[recorder]") {
  Network network;
  network.Add("line");
  network.config.uplinks = {"10.9.9.8", "10.9.9.9"};
  network.Start();
  CheckBatch batch;
  batch.targets = network.targets;
  batch.is_cycle = true;
  batch.started = network.now.steady;
  batch.started_since_boot = network.now.boot;
  for (uint32_t i = 0; i < 3; ++i) {
    CheckResult result;
    result.sent = network.now.steady;
    result.ok = i == 2;
    batch.entries.push_back({i, result});
  }
  Recorder::Outcome outcome;
  network.recorder->Record(batch, network.now, outcome);
  CHECK(network.Seen("line").seen.status == Status::kFailing);
}

TEST_CASE("a blindness is one event from and one to, and costs nobody uptime", "[recorder]") {
  Network network;
  network.Add("line");
  network.AddUplink();
  network.Start();
  network.Quiet(10);
  const WallTime cut = network.now.wall;
  for (int i = 0; i < 60; ++i) network.Cycle({{"uplink", 'b'}, {"line", 'b'}});
  CHECK(network.list.monitor.state == WatchState::kBlind);
  CHECK(network.list.monitor.since == cut);
  network.Quiet(10);
  CHECK(network.list.monitor.state == WatchState::kWatching);
  REQUIRE(network.MonitorEvents(MonitorChange::kBlind).size() == 1);
  REQUIRE(network.MonitorEvents(MonitorChange::kSight).size() == 1);
  CHECK(network.MonitorEvents(MonitorChange::kSight)[0].since == cut);
  CHECK(network.Seen("line").seen.uptime == 100.0F);
  CHECK(network.told.empty());
}

TEST_CASE("a wall clock that jumps by months changes nothing but the time", "[recorder]") {
  for (const auto step : {std::chrono::hours(90 * 24), std::chrono::hours(-90 * 24)}) {
    Network network;
    network.Add("good");
    network.Add("bad");
    network.Start();
    network.Quiet(80);
    for (int i = 0; i < 20; ++i) network.Cycle({{"bad", 'b'}});
    const float uptime = network.Seen("bad").seen.uptime.value_or(-1);
    const WallTime fail_since = network.Seen("bad").seen.fail_since;
    network.now.wall += step;
    network.Cycle({{"bad", 'b'}});
    CHECK(network.Seen("bad").seen.fail_since == fail_since + step);
    CHECK(network.Seen("bad").seen.uptime.value_or(-1) == Catch::Approx(uptime).margin(0.9));
    CHECK(network.Seen("good").seen.uptime == 100.0F);
    CHECK(network.told == "D bad");
    REQUIRE(network.MonitorEvents(MonitorChange::kClock).size() == 1);
    CHECK(network.MonitorEvents(MonitorChange::kClock)[0].t - network.MonitorEvents(MonitorChange::kClock)[0].since ==
          step);
    CHECK(network.MonitorEvents(MonitorChange::kLate).empty());

    // The cooldown goes on as if nothing had been: an alert again one hour after the first.
    const auto told_at = network.Seen("bad").seen.last_alert_time;
    while (network.now.wall < told_at + 59min) network.Cycle({{"bad", 'b'}});
    CHECK(network.told == "D bad");
    while (network.now.wall < told_at + 61min) network.Cycle({{"bad", 'b'}});
    CHECK(network.told == "D bad, D bad");
  }
}

TEST_CASE("an hour in which nobody watched is no outage, no alert and no uptime", "[recorder]") {
  Network network;
  network.Add("good");
  network.Add("bad");
  network.Start();
  network.Quiet(10);
  network.Cycle({{"bad", 'b'}});
  network.Cycle({{"bad", 'b'}});
  const WallTime before = network.now.wall - 10s;
  SECTION("the machine slept") {
    network.now.wall += 1h;
    network.now.boot += 1h;
  }
  SECTION("the process was stopped") { network.Pass(1h); }
  network.Cycle({{"bad", 'b'}});
  CHECK(network.Seen("bad").seen.status == Status::kFailing);
  CHECK(network.Seen("bad").seen.fail_count == 1);
  CHECK(network.told.empty());
  REQUIRE(network.MonitorEvents(MonitorChange::kLate).size() == 1);
  CHECK(network.MonitorEvents(MonitorChange::kLate)[0].since == before);
  CHECK(network.Seen("good").seen.uptime == 100.0F);
  // Up for 100 s, down for 10 s before the pause and 1 s behind it.
  CHECK(network.Seen("bad").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 100 / 111));
}

TEST_CASE("a start long after the end of the run before begins to count anew", "[recorder]") {
  for (const auto pause : {std::chrono::seconds(15), std::chrono::seconds(3600)}) {
    Network network;
    Observation& seen = network.Add("bad").seen;
    seen.status = Status::kFailing;
    seen.fail_count = 2;
    seen.fail_since = kStart - pause - 20s;
    seen.last_check = kStart - pause;
    network.Start(kStart - pause);
    network.Cycle({{"bad", 'b'}});
    CHECK(network.Seen("bad").seen.status == (pause == 15s ? Status::kDown : Status::kFailing));
  }
}

TEST_CASE("a clock that is behind at the start and set then: nothing alerts twice, and the outage keeps its beginning",
          "[recorder]") {
  Network network;
  Observation& seen = network.Add("bad").seen;
  const WallTime before = kStart + 10h;  // the run before had the right time; this one began ten hours behind it
  seen.status = Status::kDown;
  seen.fail_count = 40;
  seen.fail_since = before - 10min;
  seen.last_alert_time = before - 8min;
  network.Start(before);
  network.Cycle({{"bad", 'b'}});
  network.now.wall += 11h;
  network.Cycle({{"bad", 'b'}});
  CHECK(network.Seen("bad").seen.fail_since == before - 10min);
  CHECK(network.told.empty());
  network.Quiet(1);
  CHECK(network.told == "R bad");
  CHECK(network.MonitorEvents(MonitorChange::kLate).empty());
}

TEST_CASE("maintenance silences, and is in neither part of the uptime; so it is for what hangs below", "[recorder]") {
  Network network;
  Host& router = network.Add("router");
  MaintenanceWindow window;
  window.once = {{kStart + 50s, kStart + 150s}};
  router.maintenance.push_back(window);
  network.Add("other");
  network.Add("below", {"router"});
  network.Add("both", {"router", "other"});
  network.Start();
  network.Quiet(5);
  for (int i = 0; i < 10; ++i) network.Cycle({{"router", 'b'}, {"below", 'b'}});
  CHECK(network.Seen("router").seen.status == Status::kDown);
  CHECK(network.Seen("router").seen.in_maintenance);
  CHECK(network.Seen("below").seen.in_maintenance);
  CHECK_FALSE(network.Seen("both").seen.in_maintenance);
  network.Quiet(5);
  CHECK_FALSE(network.Seen("router").seen.in_maintenance);
  CHECK(network.told.empty());
  CHECK(network.Seen("router").seen.uptime.value_or(-1) == 100.0F);
  CHECK(network.Seen("below").seen.uptime == 100.0F);
  const auto changes = network.EventsOf<MaintenanceEvent>([](const auto& e) { return e.host == "router"; });
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].begins);
  CHECK_FALSE(changes[1].begins);
}

TEST_CASE("void checks are counted by what was wrong", "[recorder]") {
  Network network;
  network.Add("one");
  network.Add("two");
  network.Start();
  network.Cycle({{"one", 'v'}, {"two", 'v'}});
  network.Cycle({{"one", 'v'}});
  network.Quiet(1);
  const VoidedChecks& voided = network.list.monitor.voided;
  CHECK(voided.rounds == 2);
  CHECK(voided.late == 3);
  CHECK(voided.dropped == 0);
}

TEST_CASE("a result of a host that was changed or removed meanwhile counts for nobody", "[recorder]") {
  Network network;
  network.Add("one");
  network.Add("two");
  network.Start();
  CheckBatch batch;
  batch.targets = network.targets;
  batch.is_cycle = true;
  batch.started = network.now.steady;
  batch.started_since_boot = network.now.boot;
  for (uint32_t i = 0; i < 2; ++i) batch.entries.push_back({i, {}});
  network.list.hosts.erase(network.list.hosts.begin());
  network.list.hosts[0].ip = "10.0.0.77";
  network.Follow({kNewHost});
  Recorder::Outcome outcome;
  network.recorder->Record(batch, network.now, outcome);
  CHECK(network.Seen("two").seen.status == Status::kPending);
  CHECK(outcome.events.empty());
}

TEST_CASE("what hung since before a blindness does not end it", "[recorder]") {
  Network network;
  network.Add("line");
  network.Add("site");
  network.Start();
  network.Quiet(2);
  const SteadyTime before = network.now.steady - 10s;
  network.Cycle({{"line", 'x'}, {"site", 'x'}});
  REQUIRE(network.list.monitor.state == WatchState::kBlind);
  network.EndHanging("site", before);
  CHECK(network.list.monitor.state == WatchState::kBlind);
  CHECK(network.Seen("site").seen.status == Status::kUnknown);
  network.Quiet(1);
  CHECK(network.list.monitor.state == WatchState::kWatching);
}

TEST_CASE("a host without a route that is alone in most cycles does not make monitord blind", "[recorder]") {
  Network network;
  network.Add("often");
  network.Add("seldom").interval = 60s;
  network.Start();
  network.Quiet(6);
  for (int i = 0; i < 6; ++i) network.Cycle({{"often", 'x'}});
  CHECK(network.Seen("often").seen.status == Status::kDown);
  CHECK(network.MonitorEvents(MonitorChange::kBlind).empty());
}

TEST_CASE("a way out that is lost is noticed though most hosts are not due", "[recorder]") {
  Network network;
  network.Add("often");
  network.Add("seldom").interval = 60s;
  network.Start();
  network.Quiet(7);
  for (int i = 0; i < 2; ++i) network.Cycle({{"often", 'x'}, {"seldom", 'x'}});
  CHECK(network.Seen("often").seen.status == Status::kUnknown);
  CHECK(network.Seen("seldom").seen.status == Status::kUnknown);
  CHECK(network.Seen("often").seen.uptime == 100.0F);
}

TEST_CASE("a new uplink that does not answer blinds nobody while another does", "[recorder]") {
  Network network;
  network.Add("line");
  network.AddUplink();
  network.Start();
  network.Quiet(2);
  network.config.uplinks.emplace_back("10.9.9.8");
  network.TakeSettings();
  network.Ask({"uplink/10.9.9.8"}, {{"uplink", 'b'}});
  CHECK(network.MonitorEvents(MonitorChange::kBlind).empty());
  network.config.uplinks.erase(network.config.uplinks.begin());
  network.TakeSettings();
  network.Ask({"line"}, {});
  CHECK(network.MonitorEvents(MonitorChange::kBlind).size() == 1);
}

TEST_CASE("an edit does not make an answer of the same batch confirm a failure", "[recorder]") {
  Network network;
  network.Add("line", {"router"});
  network.Add("router");
  network.spread = 40ms;
  network.Start();
  network.Quiet(2);
  network.Cycle({{"line", 'b'}});
  network.TakeSettings();
  network.Cycle({{"line", 'b'}, {"router", 'b'}});
  CHECK(network.StateOf("line").confirmed_failures == 0);
}

TEST_CASE("after a kill, too, what is still silent behind a router that is back has its full threshold", "[recorder]") {
  Network network;
  network.Add("router");
  network.Add("line", {"router"});
  network.Start();
  network.Quiet(2);
  for (int i = 0; i < 8; ++i) network.Cycle({{"router", 'b'}, {"line", 'b'}});
  network.Restart(5s);
  network.Cycle({{"router", 'b'}, {"line", 'b'}});
  CHECK(network.Seen("line").seen.status == Status::kUnreachable);
  for (int i = 0; i < 2; ++i) network.Cycle({{"line", 'b'}});
  CHECK(network.Seen("line").seen.status == Status::kFailing);
  CHECK(network.told == "D router, R router");
  network.Cycle({{"line", 'b'}});
  CHECK(network.told == "D router, R router, D line");
}

TEST_CASE("a kill while a failure awaits its confirmation loses nothing", "[recorder]") {
  Network network;
  network.Add("router");
  network.Add("line", {"router"});
  network.Start();
  network.Quiet(2);
  network.fates_when_asked["router"] = 'v';
  for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
  CHECK(network.told.empty());
  network.Restart(5s);
  network.Cycle({{"line", 'v'}});
  CHECK(network.told == "D line");
}

TEST_CASE("failures before a host was paused are not in a row with those after it", "[recorder]") {
  Network network;
  Host& line = network.Add("line");
  network.Start();
  network.Quiet(2);
  for (int i = 0; i < 2; ++i) network.Cycle({{"line", 'b'}});
  line.enabled = false;
  network.TakeSettings();
  network.Quiet(100);
  line.enabled = true;
  network.TakeSettings();
  const WallTime resumed = network.now.wall;
  network.Cycle({{"line", 'b'}});
  CHECK(network.Seen("line").seen.status == Status::kFailing);
  CHECK(network.Seen("line").seen.fail_since == resumed);
  CHECK(network.told.empty());
}

TEST_CASE("an outage outlives a pause: it alerts once, and so does its end", "[recorder]") {
  Network network;
  Host& line = network.Add("line");
  network.Start();
  network.Quiet(2);
  for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
  for (const bool enabled : {false, true}) {
    line.enabled = enabled;
    network.TakeSettings();
    network.Cycle({{"line", 'b'}});
  }
  CHECK(network.Seen("line").seen.status == Status::kDown);
  network.Quiet(1);
  CHECK(network.told == "D line, R line");
}

TEST_CASE("hosts that are each other's parents do not excuse each other for ever", "[recorder]") {
  Network network;
  network.Add("one", {"two"});
  network.Add("two", {"one"});
  network.Add("self", {"self"});
  network.Start();
  network.Quiet(2);
  for (int i = 0; i < 4; ++i) network.Cycle({{"one", 'b'}, {"two", 'b'}, {"self", 'b'}});
  CHECK(network.Seen("one").seen.status == Status::kUnreachable);
  CHECK(network.told == "D self, D two");
}

TEST_CASE("times that lie ahead at a start stay as they are when the clock is set right", "[recorder]") {
  Network network;
  network.Add("line");
  network.Start();
  network.Quiet(10);
  for (int i = 0; i < 8; ++i) network.Cycle({{"line", 'b'}});
  const WallTime since = network.Seen("line").seen.fail_since;
  network.Restart(5min, 45min);
  network.Cycle({{"line", 'b'}});
  network.now.wall += 45min;
  network.Cycle({{"line", 'b'}});
  CHECK(network.Seen("line").seen.fail_since == since);
  network.Quiet(10);
  CHECK(network.told == "D line, R line");
  // Nothing is known of the time before, nor of the five minutes: down from the start to the first answer.
  CHECK(network.Seen("line").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 91 / 111));
  network.Restart(0s);
  network.Cycle({});
  CHECK(network.Seen("line").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 92 / 112).margin(2));
}

TEST_CASE("an alert of long ago is not taken for that of an outage that the clock is behind", "[recorder]") {
  Network network;
  network.Add("line");
  network.Start();
  network.Quiet(2);
  for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
  network.Quiet(1000);
  network.Cycle({{"line", 'b'}});
  network.Restart(5s, 45min);
  network.Cycle({{"line", 'b'}});
  CHECK(network.Seen("line").seen.status == Status::kFailing);
  network.Quiet(1);
  CHECK(network.told == "D line, R line");
}

TEST_CASE("a failure that an uplink has confirmed is not forgotten when monitord is blind at the next check",
          "[recorder]") {
  Network network;
  network.Add("line").interval = 60s;
  network.AddUplink();
  network.Start();
  network.Quiet(6);
  for (int i = 0; i < 3; ++i) network.Cycle({{"line", 'b'}});
  for (int i = 0; i < 4; ++i) network.Cycle({{"line", 'b'}, {"uplink", 'b'}});
  CHECK(network.Seen("line").seen.status == Status::kUnknown);
  CHECK(network.Seen("line").seen.fail_count == 1);
  CHECK(network.Seen("line").seen.uptime == 50.0F);
}

TEST_CASE("a machine that sleeps while a batch is under way sleeps, too", "[recorder]") {
  Network network;
  network.Add("line");
  network.Start();
  network.Quiet(10);
  for (int i = 0; i < 5; ++i) network.Cycle({{"line", 'b'}});
  network.sleep = 8h;
  network.Cycle({});
  network.sleep = 0s;
  network.Quiet(10);
  REQUIRE(network.MonitorEvents(MonitorChange::kLate).size() == 1);
  // Up for 100 s, down for 50 s, asleep, up for 91 s.
  CHECK(network.Seen("line").seen.uptime.value_or(-1) == Catch::Approx(100.0 * 191 / 241));
}

double SecondsOf(const Timeline& history, TimeKind kind, WallTime now) {
  return std::chrono::duration<double>(Of(TimeWithin(history, now - 24h, now), kind)).count();
}

// Minutes or half an hour of whatever may happen, by chance but always the same for a seed.
class Turmoil {
 public:
  explicit Turmoil(unsigned seed) : random_(seed) {
    network.Add("core");
    network.Add("router", {"core"});
    network.Add("line", {"router"});
    network.Add("free");
    network.Add("both", {"core", "free"});
    if (Below(2) == 0) network.list.hosts[2].interval = 30s;
    if (Below(2) == 0) network.list.hosts[0].interval = 20s;
    if (Below(2) == 0) network.AddUplink();
    network.events.emplace_back(MonitorEvent{network.now.wall, MonitorChange::kStart, kNever});
    network.Start();
  }

  void Cycle() {
    for (const char* id : {"core", "router", "line", "free", "both", "uplink"})
      if (Below(7) == 0) fates_[id] = "ggggbbbbvx"[Below(10)];
    Host& host = network.list.hosts[Below(network.list.hosts.size())];
    switch (Below(100)) {
      case 0:
      case 1:
        host.enabled = !host.enabled;
        network.TakeSettings();
        break;
      case 2:
      case 3:
        host.maintenance.resize(1);
        host.maintenance[0].once = {{network.now.wall + 10s, network.now.wall + 100s}};
        network.TakeSettings();
        break;
      case 4:
        network.Pass(200s);
        ++disturbances;
        break;
      case 5:
        network.now.wall += std::chrono::seconds(Below(1000)) - 500s;
        ++disturbances;
        break;
      case 6:
        host.ip += "1";
        host.seen = {};
        ++edits;
        network.Follow(AllBut(host));
        break;
      default:
        break;
    }
    network.Cycle(fates_);
  }
  // Everything stays where it is, but of this one nothing is known any more.
  HostOrigins AllBut(const Host& host) const {
    HostOrigins origins(network.list.hosts.size());
    std::iota(origins.begin(), origins.end(), 0);
    origins[network.IndexOf(host)] = kNewHost;
    return origins;
  }
  size_t Below(size_t end) { return random_() % end; }

  Network network;
  int disturbances = 1;
  size_t edits = 0;  // of targets

 private:
  std::mt19937 random_;
  std::map<std::string, char> fates_;
};

TEST_CASE("a start knows what the run before knew, whenever that was killed", "[recorder][uptime_replay]") {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    INFO("seed " << seed);
    Turmoil turmoil(seed);
    Network& network = turmoil.network;
    const size_t cycles = 5 + turmoil.Below(150);
    // hosts.json is that of the last cycle, or older, but no older than the last edit or step of the clock.
    const bool is_old = turmoil.Below(2) == 0;
    std::string hosts_json;
    size_t renewals = 0;
    for (size_t i = 0; i < cycles; ++i) {
      turmoil.Cycle();
      const bool is_renewed = turmoil.edits + network.MonitorEvents(MonitorChange::kClock).size() != renewals;
      renewals = turmoil.edits + network.MonitorEvents(MonitorChange::kClock).size();
      if (!is_old || is_renewed || i == 0 || turmoil.Below(30) == 0) hosts_json = network.HostsJson();
    }
    const HostList live = network.list;
    HostList replayed;
    const Network::Past past = network.ReadPast(hosts_json, live.updated, replayed);
    for (const Host& host : live.hosts) {
      INFO(host.id);
      const Observation& was = host.seen;
      const Observation& is = replayed.Find(host.id)->seen;
      CHECK(is.status == was.status);
      CHECK(is.in_maintenance == was.in_maintenance);
      if (was.status == Status::kDown) CHECK(is.fail_since == was.fail_since);
      if (is_old) continue;  // nobody knows that it was watched after the last event
      for (const auto kind : {TimeKind::kUp, TimeKind::kDown})
        CHECK(SecondsOf(past.replayed.states[static_cast<size_t>(&host - live.hosts.data())].history, kind,
                        live.updated) == Catch::Approx(SecondsOf(network.StateOf(host.id).history, kind, live.updated))
                                             .margin(3 * turmoil.disturbances));
    }
  }
}

// What people were notified of one host for the first time, a late end for the beginning, too.
std::string FirstTold(std::vector<Alert> queued, const std::string& host) {
  std::stable_sort(queued.begin(), queued.end(), [](const Alert& a, const Alert& b) { return a.t < b.t; });
  std::string told;
  for (const Alert& alert : queued) {
    if (alert.host != host || alert.is_repeat) continue;
    if (alert.is_late) told += alert.kind == AlertKind::kStable ? 'F' : 'D';
    told += "DRFSdn"[static_cast<size_t>(alert.kind)];
  }
  return told;
}

struct Run {
  const char* what;
  std::string
      checks;  // of "line", 10 s apart; of all that is not told here the threshold is 3, the cooldown 10 minutes
  const char* told;
  int maintenance_from = 0, maintenance_to = 0;  // cycles
};

// `after` is called after each cycle.
Network Ran(const Run& run, std::chrono::seconds digest_window, const std::function<void(Network&, size_t)>& after) {
  Network network;
  network.config.email_cooldown = 10min;
  network.config.digest_window = network.digest_window = digest_window;
  Host& line = network.Add("line");
  line.slow_ms = 100;
  if (run.maintenance_to > 0) {
    MaintenanceWindow window;
    window.once = {{kStart + run.maintenance_from * 10s, kStart + run.maintenance_to * 10s}};
    line.maintenance.push_back(window);
  }
  network.Start();
  for (size_t i = 0; i < run.checks.size(); ++i) {
    network.Cycle({{"line", run.checks[i]}});
    after(network, i);
  }
  return network;
}

TEST_CASE("wherever a run is killed, each beginning and each end alerts once", "[recorder][uptime_replay]") {
  const std::string quiet(10, 'g');
  std::string flapping = "gg";
  for (int i = 0; i < 6; ++i) flapping += "bbbbbgggggg";
  const Run run = GENERATE_REF(values<Run>({
      {"outages, short and long", "ggg" + std::string("bbbbbg") + quiet + std::string(80, 'b') + quiet, "DRDR"},
      {"a short outage between outages", "gbbbbbbggggbgggggggbbbbbgggggggggg", "DRDR"},
      {"a host that flaps until it is stable", flapping + std::string(80, 'g') + "bbbbb" + quiet, "DRDRDRFSDR"},
      {"a slow host", "gggg" + std::string(70, 's') + std::string(15, 'g'), "dn"},
      {"a slow host that goes down", "ggssssssbbbbbbbgggggggggg", "dDR"},
      {"an outage in a maintenance", "ggggbbbbbbbbbbgggggggggg", "", 2, 18},
      {"a notified outage that ends in one", "ggggbbbbbbbbbbbgggggggggg", "DR", 12, 30},
      {"one that lasts longer than its maintenance", "ggggbbbbbbbbbbbbbbbggggggggggg", "DR", 2, 12},
  }));
  const auto window = GENERATE(0s, 10s, 35s);
  INFO(run.what << ", in one message within " << window.count() << " s");
  CHECK(FirstTold(Ran(run, window, [](Network&, size_t) {}).queued, "line") == run.told);

  enum Kill { kAfterwards, kWithoutEvent, kWithOldList };
  for (const Kill kill : {kAfterwards, kWithoutEvent, kWithOldList})
    for (size_t killed_at = 0; killed_at + 8 < run.checks.size(); ++killed_at) {
      INFO("killed after cycle " << killed_at << ", way " << kill);
      std::string hosts_json;
      const Network network = Ran(run, window, [&](Network& it, size_t i) {
        if (i + 3 == killed_at || i == 0) hosts_json = it.HostsJson();
        if (i != killed_at) return;
        std::vector<AlertEvent> outbox;
        const auto* last = std::get_if<AlertEvent>(&it.events.back());
        if (kill == kWithoutEvent && last != nullptr && last->t == it.list.updated) {
          outbox.push_back(*last);
          it.events.pop_back();
        }
        it.RestartFrom(kill == kWithOldList ? hosts_json : it.HostsJson(), outbox, 5s, 0s);
      });
      CHECK(FirstTold(network.queued, "line") == run.told);
    }
}

TEST_CASE("an acknowledgement ends with the outage in which it was written", "[recorder]") {
  Network network;
  network.Add("line");
  network.Start();
  network.Quiet(2);
  const auto acknowledge = [&] { network.list.hosts[0].acknowledged = Acknowledgement{"alice", network.now.wall, ""}; };
  for (int i = 0; i < 5; ++i) network.Cycle({{"line", 'b'}});
  acknowledge();
  for (int i = 0; i < 400; ++i) network.Cycle({{"line", 'b'}});
  CHECK(network.told == "D line");
  CHECK(network.Seen("line").acknowledged);
  network.Quiet(1);
  CHECK_FALSE(network.Seen("line").acknowledged);
  CHECK(network.has_ended_acknowledgement);

  for (int i = 0; i < 5; ++i) network.Cycle({{"line", 'b'}});
  acknowledge();
  network.Restart(5s);
  for (int i = 0; i < 400; ++i) network.Cycle({{"line", 'b'}});
  CHECK(network.Seen("line").acknowledged);
  CHECK(network.told == "D line, R line, D line");
}

TEST_CASE("a window of a group is one of all its hosts, and of what hangs below them", "[recorder]") {
  Network network;
  network.Add("router").group = "mast";
  network.Add("below", {"router"}).group = "village";
  network.Add("other").group = "village";
  MaintenanceWindow window;
  window.once = {{kStart + 20s, kStart + 80s}};
  network.config.maintenance.push_back({"mast", window});
  network.Start();
  network.Quiet(3);
  CHECK(network.Seen("router").seen.in_maintenance);
  CHECK(network.Seen("below").seen.in_maintenance);
  CHECK_FALSE(network.Seen("other").seen.in_maintenance);
  network.Quiet(6);
  CHECK_FALSE(network.Seen("router").seen.in_maintenance);
  CHECK_FALSE(network.Seen("below").seen.in_maintenance);
}

TEST_CASE("a router's down names what it cuts off, and its recovery the same", "[recorder]") {
  Network network;
  network.Add("router");
  for (const char* name : {"b", "a", "c"}) network.Add(name, {"router"});
  network.Add("below c", {"c"});
  network.Add("free");
  network.Add("both", {"router", "free"});
  network.Add("tunnelled", {"router"});
  network.Add("paused", {"router"}).enabled = false;
  network.Start();
  network.Quiet(2);
  const std::map<std::string, char> cut = {{"router", 'b'}, {"a", 'b'}, {"b", 'b'}, {"c", 'b'}, {"below c", 'b'}};
  const auto dependents = [&](const Alert& alert) {
    Alert filled = alert;
    FillDependents(filled, 0, network.list, network.recorder->states(), network.recorder->topology());
    CHECK(filled.dependents_count == static_cast<int>(filled.dependents.size()));
    return filled.dependents;
  };
  const std::vector<std::string> expected = {"a", "b", "below c", "c"};
  for (int i = 0; i < 4; ++i) network.Cycle(cut);
  REQUIRE(network.told == "D router");
  CHECK(dependents(network.queued[0]) == expected);
  network.Restart(5s);
  network.Quiet(1);
  REQUIRE(network.told == "D router, R router");
  CHECK(dependents(network.queued[1]) == expected);
}

}  // namespace
}  // namespace linewatch
