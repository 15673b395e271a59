// What the ledger makes of events against what monitord's own rules have counted, in lives made up at random.
#include <algorithm>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "monitord/system/clock_watch.h"
#include "monitord/verdict/snapshot.h"
#include "monitord/verdict/state_machine.h"
#include "store/ledger.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::microseconds;

constexpr WallTime kBegin{1762732800s};  // 2025-11-10
constexpr unsigned kLives = 6;

// Three hosts, two of them children of one that is not watched, checked every ten minutes for weeks.
class Life {
 public:
  Life(unsigned seed, bool has_clock_steps) : has_clock_steps_(has_clock_steps), random_(seed) {
    list_.hosts.resize(3);
    for (size_t i = 0; i < list_.hosts.size(); ++i)
      list_.hosts[i].id = list_.hosts[i].name = std::string(1, static_cast<char>('a' + i));
    Tell(MonitorEvent{now_, MonitorChange::kStart, kNever});
  }

  void GoOn(microseconds length) {
    for (const WallTime end = now_ + length; now_ < end;) Turn();
    Write();
  }

  WallTime now() const { return now_; }
  const Timeline& CountedOf(size_t host) const { return states_[host].history; }

  const TempDir folder;
  const EventLog whole{folder / "whole"}, with_snapshots{folder / "with_snapshots"};

 private:
  static constexpr auto kInterval = 10min;

  bool is_one_of(unsigned many) { return random_() % many == 0; }

  void Turn() {
    now_ += kInterval;
    if (is_one_of(300)) Sleep();
    if (has_clock_steps_ && is_one_of(400)) SetClock(is_one_of(2) ? 50min : -50min);
    if (is_one_of(40)) is_parent_down_ = !is_parent_down_;
    if (is_one_of(100)) is_blind_ = !is_blind_;
    for (size_t i = 0; i < list_.hosts.size(); ++i) Check(list_.hosts[i], states_[i], i > 0 && is_parent_down_);
    const auto month = FileMonthOf(now_);
    if (std::exchange(month_, month) != month) Tell(SnapshotOf(list_, states_, now_));
  }

  void Check(Host& host, HostState& state, bool is_cut_off) {
    Observation& seen = host.seen;
    if (is_one_of(300)) host.enabled = !host.enabled;
    TellOf(host, RecordEnabled({seen, state}, host.enabled, now_));
    if (is_one_of(150)) {
      RecordMaintenance({seen, state}, !seen.in_maintenance, now_);
      Tell(MaintenanceEvent{now_, host.id, host.name, seen.in_maintenance});
    }
    if (!host.enabled) return;
    const bool was_good = seen.status_current.value_or(true);
    CheckResult result;
    result.ok = (was_good ? !is_one_of(30) : is_one_of(12)) && !is_cut_off;
    if (is_one_of(100)) result.void_reason = VoidReason::kLate;
    if (!result.ok) result.reason = "gone";
    const Path path{is_blind_, "no uplink answers", is_cut_off, is_one_of(2) ? now_ : now_ - 3 * kInterval};
    Limits limits;
    limits.fail_threshold = 3;
    TellOf(host, RecordCheck({seen, state}, result, now_ - 2min, limits, path, now_));
  }

  void Sleep() {
    const WallTime since = now_ - kInterval;
    now_ += 7 * kInterval;
    for (size_t i = 0; i < list_.hosts.size(); ++i) {
      Observation& seen = list_.hosts[i].seen;
      if (seen.last_check != kNever && seen.status != Status::kPaused) RecordGap({seen, states_[i]}, since, now_);
    }
    Tell(MonitorEvent{now_, MonitorChange::kLate, since});
  }

  void SetClock(microseconds step) {
    now_ += step;
    const ClockStep shift{started_, step, now_};
    ForEachClockTime(list_, shift);
    for (HostState& state : states_) {
      ForEachClockTime(state, shift);
      ShiftTimeline(state.history, started_, step, now_);
    }
    started_ += step;
    Tell(MonitorEvent{now_, MonitorChange::kClock, now_ - step});
  }

  void TellOf(const Host& host, const std::optional<StatusChange>& change) {
    if (change) Tell(StatusEvent{now_, host.id, host.name, change->from, change->to, change->since, change->reason});
  }
  void Tell(Event event) { told_.push_back(std::move(event)); }

  // Each event in the file of its month.
  void Write() {
    std::vector<Event> all, some;
    for (size_t i = 0; i < told_.size(); ++i) {
      some.push_back(told_[i]);
      if (!std::holds_alternative<HostsEvent>(told_[i])) all.push_back(told_[i]);
      const bool is_last = i + 1 == told_.size() || FileMonthOf(TimeOf(told_[i + 1])) != FileMonthOf(TimeOf(told_[i]));
      if (!is_last) continue;
      whole.Append(std::exchange(all, {}));
      with_snapshots.Append(std::exchange(some, {}));
    }
    told_.clear();
  }

  const bool has_clock_steps_;
  std::mt19937 random_;
  HostList list_;
  HostStates states_ = HostStates(3);
  WallTime now_ = kBegin, started_ = kBegin;
  std::optional<std::chrono::year_month> month_;
  bool is_parent_down_ = false, is_blind_ = false;
  std::vector<Event> told_;
};

std::vector<std::string> IdsOf(const HostLedger& host) {
  std::vector<std::string> ids;
  for (const Outage& outage : host.outages) ids.push_back(outage.id);
  return ids;
}

TEST_CASE("what a month's snapshot begins is what the beginning of time begins, over whole lives", "[ledger]") {
  const bool has_clock_steps = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1U, kLives + 1));
  Life life(seed, has_clock_steps);
  life.GoOn(days(55));
  for (const int day : {22, 30, 40}) {
    const LedgerQuery query{kBegin + days(day), kBegin + days(day + 2)};
    const Ledger one = ReadLedger(life.with_snapshots, query), other = ReadLedger(life.whole, query);
    REQUIRE(one.hosts.size() == other.hosts.size());
    for (size_t i = 0; i < one.hosts.size(); ++i) {
      INFO("seed " << seed << ", steps " << has_clock_steps << ", day " << day << ", host " << one.hosts[i].host);
      CHECK(one.hosts[i].time == other.hosts[i].time);
      CHECK(IdsOf(one.hosts[i]) == IdsOf(other.hosts[i]));
    }
  }
}

TEST_CASE("the ledger of the last day is what monitord has counted meanwhile", "[ledger]") {
  const bool has_clock_steps = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1U, kLives + 1));
  Life life(seed, has_clock_steps);
  life.GoOn(days(22));
  for (int i = 0; i < 20; ++i) {
    life.GoOn(5h);
    const LedgerQuery query{life.now() - 20h, life.now()};
    const Ledger ledger = ReadLedger(life.with_snapshots, query);
    REQUIRE(ledger.hosts.size() == 3);
    for (size_t host = 0; host < 3; ++host) {
      TimeByKind told = ledger.hosts[host].time, counted = TimeWithin(life.CountedOf(host), query.from, query.to);
      // Whether somebody watches is of no interest to a host that is not to be watched.
      for (TimeByKind* time : {&told, &counted})
        Of(*time, TimeKind::kOff) += std::exchange(Of(*time, TimeKind::kPaused), microseconds(0));
      INFO("seed " << seed << ", steps " << has_clock_steps << ", turn " << i << ", host " << host);
      CHECK(told == counted);
    }
  }
}

TEST_CASE("whatever causes people name, the time of a host sums up to the span, and none of it is below zero",
          "[ledger]") {
  const bool has_clock_steps = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1U, kLives + 1));
  Life life(seed, has_clock_steps);
  life.GoOn(days(30));
  const LedgerQuery query{kBegin + 5h, life.now()};
  std::vector<Event> said;
  for (const HostLedger& host : ReadLedger(life.whole, query).hosts)
    for (const Outage& outage : host.outages)
      said.push_back(OutageEvent{life.now(), outage.id, static_cast<Cause>(said.size() % kCauseNames.size()), "", ""});
  life.whole.Append(said);
  for (const HostLedger& host : ReadLedger(life.whole, query).hosts) {
    CHECK(std::accumulate(host.time.begin(), host.time.end(), microseconds(0)) == query.to - query.from);
    CHECK(*std::min_element(host.time.begin(), host.time.end()) >= microseconds(0));
  }
}

}  // namespace
}  // namespace linewatch
