#include "monitord/verdict/judge.h"

#include <map>
#include <string>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/monitord/simulated_network.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// A status as a letter.
std::string LetterOf(Status status) {
  const std::map<Status, std::string> letters = {
      {Status::kPending, "-"}, {Status::kUp, "U"},          {Status::kDegraded, "d"}, {Status::kFailing, "f"},
      {Status::kDown, "D"},    {Status::kUnreachable, "R"}, {Status::kUnknown, "?"},  {Status::kPaused, "="}};
  return letters.at(status);
}

struct Row {
  const char* host;  // or "uplink"
  std::vector<std::string> parents;
  const char* checks;
  const char* statuses;
};
struct Story {
  const char* what;
  std::vector<Row> rows;
  const char* notified;
};

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

TEST_CASE("the manual of verdicts", "[judge]") {
  for (const Story& story : kManual) {
    INFO(story.what);
    std::vector<Network::Wiring> hosts;
    for (const Row& row : story.rows) hosts.push_back({row.host, row.parents});
    Network network(hosts, 0);
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
    CHECK(network.notified == story.notified);
  }
}

TEST_CASE("void checks are counted by what was wrong", "[judge]") {
  Network network({{"one"}, {"two"}}, 0);
  network.Cycle({{"one", 'v'}, {"two", 'v'}});
  network.Cycle({{"one", 'v'}});
  network.Quiet(1);
  const VoidedChecks& voided = network.list.monitor.voided;
  CHECK(voided.rounds == 2);
  CHECK(voided.late == 3);
  CHECK(voided.dropped == 0);
}

TEST_CASE("a result of a host that was changed or removed meanwhile counts for nobody", "[judge]") {
  Network network({{"one"}, {"two"}}, 0);
  CheckBatch batch = network.BeginCycle();
  for (uint32_t i = 0; i < 2; ++i) batch.entries.push_back({i, {}});
  network.list.hosts.erase(network.list.hosts.begin());
  network.list.hosts[0].ip = "10.0.0.77";
  network.Follow({kNewHost});
  Judge::Outcome outcome;
  network.judge->Take(batch, network.now, outcome);
  CHECK(network.StatusOf("two") == Status::kPending);
  CHECK(outcome.events.empty());
}

TEST_CASE("failures before a host was paused are not in a row with those after it", "[judge]") {
  Network network;
  Host& line = network.Add("line");
  network.Start();
  network.Quiet(2);
  network.Cycles(2, {{"line", 'b'}});
  line.enabled = false;
  network.TakeSettings();
  network.Quiet(100);
  line.enabled = true;
  network.TakeSettings();
  const WallTime resumed = network.now.wall;
  network.Cycle({{"line", 'b'}});
  CHECK(network.StatusOf("line") == Status::kFailing);
  CHECK(network.Seen("line").seen.fail_since == resumed);
  CHECK(network.notified.empty());
}

TEST_CASE("an outage outlives a pause: it alerts once, and so does its end", "[judge]") {
  Network network;
  Host& line = network.Add("line");
  network.Start();
  network.Quiet(2);
  network.Cycles(3, {{"line", 'b'}});
  for (const bool enabled : {false, true}) {
    line.enabled = enabled;
    network.TakeSettings();
    network.Cycle({{"line", 'b'}});
  }
  CHECK(network.StatusOf("line") == Status::kDown);
  network.Quiet(1);
  CHECK(network.notified == "D line, R line");
}

TEST_CASE("an acknowledgement ends with the outage in which it was written", "[judge]") {
  Network network({{"line"}}, 2);
  const auto acknowledge = [&] { network.list.hosts[0].acknowledged = Acknowledgement{"alice", network.now.wall, ""}; };
  network.Cycles(5, {{"line", 'b'}});
  acknowledge();
  network.Cycles(400, {{"line", 'b'}});
  CHECK(network.notified == "D line");
  CHECK(network.Seen("line").acknowledged);
  network.Quiet(1);
  CHECK_FALSE(network.Seen("line").acknowledged);
  CHECK(network.has_ended_acknowledgement);

  network.Cycles(5, {{"line", 'b'}});
  acknowledge();
  network.Restart(5s);
  network.Cycles(400, {{"line", 'b'}});
  CHECK(network.Seen("line").acknowledged);
  CHECK(network.notified == "D line, R line, D line");
}

}  // namespace
}  // namespace linewatch
