#include "monitord/probe/probing.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <new>
#include <thread>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

std::atomic<int> starts = 0;
std::atomic<int> failing_starts = 0;  // so many of those to come have no memory

// Answers every check at once, on the probing thread, except those of targets named "silent", at their timeout. One
// named "busy" takes 100 ms of the thread.
class InstantProber : public Prober {
 public:
  explicit InstantProber(Done done) : done_(std::move(done)) {}

  void Start(std::span<const Check> checks, SteadyTime now) override {
    ++starts;
    if (failing_starts > 0 && failing_starts-- > 0) throw std::bad_alloc();
    for (const Check& check : checks) {
      if (*check.target->name == "busy") std::this_thread::sleep_for(100ms);
      if (*check.target->name == "silent") {
        silent_.emplace(now + check.target->timeout, check);
      } else {
        check.result->ok = true;
        done_(check);
      }
    }
  }
  void AddWaits(std::vector<pollfd>&) const override {}
  SteadyTime wake_at() const override { return silent_.empty() ? SteadyTime::max() : silent_.begin()->first; }
  void Work(SteadyTime now) override {
    while (!silent_.empty() && silent_.begin()->first <= now) {
      const Check check = silent_.begin()->second;
      silent_.erase(silent_.begin());
      done_(check);
    }
  }

 private:
  const Done done_;
  std::multimap<SteadyTime, Check> silent_;
};

// Its timeout is shorter than the interval of any cycle here.
Target Named(const std::string& id, std::chrono::milliseconds interval, const std::string& name = "10.0.0.1") {
  Target target;
  target.id = id;
  target.name = name;
  target.interval = interval;
  target.timeout = 10ms;
  return target;
}
Targets List(std::vector<Target> targets) { return std::make_shared<const std::vector<Target>>(std::move(targets)); }

CheckBatch Next(Probing& probing) {
  for (;;) {
    if (auto batch = probing.Take()) return *std::move(batch);
    pollfd ready{probing.fd(), POLLIN, 0};
    if (poll(&ready, 1, 5000) != 1) throw std::runtime_error("no batch within 5 s");
  }
}
std::string IdsOf(const CheckBatch& batch) {
  std::string ids;
  for (const auto& entry : batch.entries) ids += (*batch.targets)[entry.target].id;
  return ids;
}

const Probing::Kind kInstant[] = {
    {CheckKind::kPing, [](Prober::Done done) { return std::make_unique<InstantProber>(std::move(done)); }}};

TEST_CASE("the first list is checked at once, as a whole cycle", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({Named("a", 1h), Named("b", 1h)}), 1h);
  const CheckBatch batch = Next(probing);
  CHECK(batch.is_cycle);
  CHECK(IdsOf(batch) == "ab");
  CHECK(batch.entries[0].result.ok);
}

TEST_CASE("a host that is new or changed is checked at once, alone, and the others keep their turn", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({Named("a", 1h), Named("b", 1h)}), 1h);
  Next(probing);
  probing.SetTargets(List({Named("a", 1h), Named("b", 1h, "10.0.0.2"), Named("c", 1h)}), 1h);
  const CheckBatch batch = Next(probing);
  CHECK_FALSE(batch.is_cycle);
  CHECK(IdsOf(batch) == "bc");
}

TEST_CASE("in parts what has answered does not wait for what hangs", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kInParts);
  Target hanging = Named("b", 1h, "silent");
  hanging.timeout = 1500ms;
  probing.SetTargets(List({Named("a", 1h), hanging, Named("c", 1h)}), 1h);
  const auto began = std::chrono::steady_clock::now();
  const CheckBatch first = Next(probing);
  CHECK(IdsOf(first) == "ac");
  CHECK(std::chrono::steady_clock::now() - began < hanging.timeout);
  CHECK_FALSE(first.is_cycle);
  CHECK_FALSE(first.ends_cycle);
  const CheckBatch last = Next(probing);
  CHECK(IdsOf(last) == "b");
  CHECK(last.ends_cycle);
  CHECK(last.started == first.started);
}

TEST_CASE("a check that is asked for is made at once", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({Named("a", 1h), Named("b", 1h)}), 1h);
  Next(probing);
  probing.CheckNow({"b", "unknown"});
  CHECK(IdsOf(Next(probing)) == "b");
}

TEST_CASE("a host with an interval of its own is checked every so many cycles", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({Named("a", 20ms), Named("b", 60ms)}), 20ms);
  std::string cycles;
  for (int i = 0; i < 7; ++i) cycles += IdsOf(Next(probing)) + " ";
  CHECK(cycles == "ab a a ab a a ab ");
}

TEST_CASE("a silent host does not hold up a small batch of others", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  Target silent = Named("s", 1h, "silent");
  silent.timeout = 1s;
  const int starts_before = starts;
  probing.SetTargets(List({silent, Named("a", 1h)}), 1h);
  while (starts == starts_before) std::this_thread::yield();  // the first cycle is under way
  probing.CheckNow({"s"});                                    // so is its check: not started twice
  probing.SetTargets(List({silent, Named("a", 1h), Named("b", 1h)}), 1h);
  const auto before = std::chrono::steady_clock::now();
  const CheckBatch first = Next(probing);
  CHECK(IdsOf(first) == "b");
  CHECK(std::chrono::steady_clock::now() - before < 900ms);
  const CheckBatch cycle = Next(probing);
  CHECK(IdsOf(cycle) == "sa");
  CHECK_FALSE(cycle.entries[0].result.ok);
  CHECK(cycle.entries[1].result.ok);
}

TEST_CASE("no cycle waits for a host whose timeout is longer than the cycle's interval", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  Target slow = Named("s", 800ms, "silent");
  slow.timeout = 300ms;
  probing.SetTargets(List({slow, Named("a", 20ms)}), 20ms);
  int cycles = 0;
  for (;;) {
    const CheckBatch batch = Next(probing);
    CHECK(batch.is_scheduled);
    if (batch.is_cycle) {
      CHECK(IdsOf(batch) == "a");
      ++cycles;
      continue;
    }
    CHECK(IdsOf(batch) == "s");
    CHECK_FALSE(batch.entries[0].result.ok);
    break;
  }
  CHECK(cycles >= 5);
}

TEST_CASE("with --once the first cycle ends when the longest of its checks does", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  Target slow = Named("s", 800ms, "silent");
  slow.timeout = 200ms;
  probing.SetTargets(List({slow, Named("a", 100ms)}), 100ms);
  const CheckBatch quick = Next(probing);
  CHECK(quick.is_cycle);
  CHECK_FALSE(quick.ends_cycle);
  CheckBatch next = Next(probing);
  while (next.is_cycle) next = Next(probing);
  CHECK(IdsOf(next) == "s");
  CHECK(next.ends_cycle);
}

TEST_CASE("a cycle tells how late it was started, and when by the clock that goes on in a sleep", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({Named("a", 30ms, "busy")}), 30ms);
  const CheckBatch first = Next(probing);
  const CheckBatch second = Next(probing);
  CHECK(first.late < 50ms);
  CHECK(second.late >= 70ms);
  const auto between = second.started_since_boot - first.started_since_boot;
  CHECK(between >= 100ms);
  CHECK(std::chrono::abs(between - (second.started - first.started)) < 50ms);
}

TEST_CASE("checks that could not be started are void, and made again in the next cycle", "[probing]") {
  const auto delivery = GENERATE(Probing::Delivery::kWhole, Probing::Delivery::kInParts);
  Probing probing(kInstant, delivery);
  std::vector<Target> targets;
  for (int i = 0; i < 300; ++i) targets.push_back(Named("a", 200ms));
  for (int i = 0; i < 300; ++i) targets[static_cast<size_t>(i)].id += std::to_string(i);
  failing_starts = 1;
  probing.SetTargets(List(targets), 200ms);
  const auto void_ones = [](const CheckBatch& batch) {
    return std::count_if(batch.entries.begin(), batch.entries.end(),
                         [](const auto& entry) { return entry.result.void_reason == VoidReason::kNotSent; });
  };
  const CheckBatch first = Next(probing);
  CHECK(first.entries.size() == 300);
  CHECK(void_ones(first) > 0);
  CHECK(void_ones(first) < 300);  // the others are started even so
  CHECK(first.ends_cycle);
  const CheckBatch second = Next(probing);
  CHECK(second.entries.size() == 300);
  CHECK(void_ones(second) == 0);
}

TEST_CASE("with nothing to watch the cycles go on", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({}), 10ms);
  CHECK(Next(probing).is_cycle);
  CHECK(Next(probing).entries.empty());
}

TEST_CASE("results that nobody takes are bounded", "[probing]") {
  Probing probing(kInstant, Probing::Delivery::kWhole);
  probing.SetTargets(List({Named("a", 1ms)}), 1ms);
  for (const int before = starts; starts < before + 100;) std::this_thread::yield();
  probing.SetTargets(List({}), 1h);
  size_t batches = 0;
  while (probing.Take()) ++batches;
  CHECK(batches >= Probing::kMostBatches - 1);
  CHECK(batches <= Probing::kMostBatches + 8);  // and some that end while these are taken
}

}  // namespace
}  // namespace linewatch
