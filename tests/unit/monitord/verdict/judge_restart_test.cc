#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/monitord/simulated_network.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a start long after the end of the run before begins to count anew", "[judge][judge_restart]") {
  for (const auto pause : {std::chrono::seconds(15), std::chrono::seconds(3600)}) {
    Network network;
    Observation& seen = network.Add("bad").seen;
    seen.status = Status::kFailing;
    seen.fail_count = 2;
    seen.fail_since = kStart - pause - 20s;
    seen.last_check = kStart - pause;
    network.Start(kStart - pause);
    network.Cycle({{"bad", 'b'}});
    CHECK(network.StatusOf("bad") == (pause == 15s ? Status::kDown : Status::kFailing));
  }
}

TEST_CASE("after a kill, too, what is still silent behind a router that is back has its full threshold",
          "[judge][judge_restart]") {
  Network network({{"router"}, {"line", {"router"}}}, 2);
  network.Cycles(8, {{"router", 'b'}, {"line", 'b'}});
  network.Restart(5s);
  network.Cycle({{"router", 'b'}, {"line", 'b'}});
  CHECK(network.StatusOf("line") == Status::kUnreachable);
  network.Cycles(2, {{"line", 'b'}});
  CHECK(network.StatusOf("line") == Status::kFailing);
  CHECK(network.notified == "D router, R router");
  network.Cycle({{"line", 'b'}});
  CHECK(network.notified == "D router, R router, D line");
}

TEST_CASE("a kill while a failure awaits its confirmation loses nothing", "[judge][judge_restart]") {
  Network network({{"router"}, {"line", {"router"}}}, 2);
  network.fates_when_asked["router"] = 'v';
  network.Cycles(3, {{"line", 'b'}});
  CHECK(network.notified.empty());
  network.Restart(5s);
  network.Cycle({{"line", 'v'}});
  CHECK(network.notified == "D line");
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

TEST_CASE("a start knows what the run before knew, whenever that was killed", "[judge][judge_restart][event_replay]") {
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
std::string FirstNotified(std::vector<Alert> queued, const std::string& host) {
  std::stable_sort(queued.begin(), queued.end(), [](const Alert& a, const Alert& b) { return a.t < b.t; });
  std::string notified;
  for (const Alert& alert : queued) {
    if (alert.host != host || alert.is_repeat) continue;
    if (alert.is_late) notified += alert.kind == AlertKind::kStable ? 'F' : 'D';
    notified += LetterOf(alert.kind);
  }
  return notified;
}

// The threshold is 3, the cooldown 10 minutes.
struct Run {
  const char* what;
  std::string checks;  // of "line", 10 s apart
  const char* notified;
  int maintenance_from = 0, maintenance_to = 0;  // cycles
};

// The alerts of a run that got into messages. `after` is called after each cycle.
std::vector<Alert> AlertsOf(const Run& run, std::chrono::seconds digest_window,
                            const std::function<void(Network&, size_t)>& after) {
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
  return network.queued;
}

TEST_CASE("wherever a run is killed, each beginning and each end alerts once", "[judge][judge_restart][event_replay]") {
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
  CHECK(FirstNotified(AlertsOf(run, window, [](Network&, size_t) {}), "line") == run.notified);

  enum Kill { kAfterwards, kWithoutEvent, kWithOldList };
  for (const Kill kill : {kAfterwards, kWithoutEvent, kWithOldList})
    for (size_t killed_at = 0; killed_at + 8 < run.checks.size(); ++killed_at) {
      INFO("killed after cycle " << killed_at << ", way " << kill);
      std::string hosts_json;
      const auto alerts = AlertsOf(run, window, [&](Network& it, size_t i) {
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
      CHECK(FirstNotified(alerts, "line") == run.notified);
    }
}

}  // namespace
}  // namespace linewatch
