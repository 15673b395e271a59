#include "monitord/probe/probing.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "monitord/system/log.h"
#include "monitord/system/moment.h"
#include "store/host_list.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// In portions: a list of checks of ten thousand would be the largest of all lists.
constexpr size_t kPortion = 256;

}  // namespace

Probing::Probing(std::span<const Kind> kinds, Delivery delivery) : delivery_(delivery) {
  const auto done = [this](const Check& check) { CheckDone(check); };
  for (const Kind& kind : kinds) probers_[static_cast<size_t>(kind.check)] = kind.make(done);
  next_turn_ns_ = steady_clock::now().time_since_epoch().count();
  if (const auto error = thread_.Start(delivery == Delivery::kWhole ? "ping" : "services", [this] { Run(); }))
    throw std::system_error(error, "start the thread that makes the checks");
}

Probing::~Probing() {
  stopping_ = true;
  orders_wait_.Wake();
  thread_.WaitForEnd();
}

void Probing::SetTargets(Targets targets, milliseconds interval) {
  auto next = std::make_shared<Watched>();
  next->progress.resize(targets->size());
  next->interval = interval;
  next->targets = std::move(targets);
  {
    const std::lock_guard lock(mutex_);
    ordered_ = std::move(next);
  }
  orders_wait_.Wake();
}

void Probing::CheckNow(std::vector<std::string> ids) {
  {
    const std::lock_guard lock(mutex_);
    if (asked_for_.size() > kMaxHosts) asked_for_.clear();  // whoever asks that often gets the youngest
    asked_for_.insert(asked_for_.end(), ids.begin(), ids.end());
  }
  orders_wait_.Wake();
}

std::optional<CheckBatch> Probing::Take() {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) {
    delivered_.Acknowledge();
    return std::nullopt;
  }
  CheckBatch batch = std::move(batches_.front());
  batches_.pop_front();
  return batch;
}

bool Probing::is_alive(milliseconds patience) const {
  const auto promised = steady_clock::time_point(steady_clock::duration(next_turn_ns_.load()));
  return steady_clock::now() < promised + patience;
}

// The loop: start what is due, let the probers work, wait.
void Probing::Run() {
  while (!stopping_) {
    try {
      Turn();
    } catch (const std::exception& error) {
      // No memory, say. The next turn tries again; what hangs for good shows in is_alive.
      LogError(error.what());
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

void Probing::Turn() {
  const SteadyTime now = steady_clock::now();
  TakeOrders(now);
  if (watched_ && now >= next_cycle_) StartCycle(now);
  for (const auto& prober : probers_)
    if (prober) prober->Work(now);
  DeliverDone(steady_clock::now());
  WaitForWork();
}

void Probing::WaitForWork() {
  SteadyTime wake = watched_ ? next_cycle_ : SteadyTime::max();
  for (const auto& prober : probers_)
    if (prober) wake = std::min(wake, prober->wake_at());
  for (const auto& opened : open_batches_)
    if (!opened->done.empty()) wake = std::min(wake, opened->gathering_since + kGather);
  const SteadyTime now = steady_clock::now();
  constexpr std::chrono::minutes kLongest{1};
  wake = std::clamp<SteadyTime>(wake, now, now + kLongest);
  next_turn_ns_ = wake.time_since_epoch().count();
  const auto wait = std::chrono::nanoseconds(wake - now);
  const timespec timeout{wait / std::chrono::seconds(1), (wait % std::chrono::seconds(1)).count()};
  waits_.assign(1, {orders_wait_.fd(), POLLIN, 0});
  for (const auto& prober : probers_)
    if (prober) prober->AddWaits(waits_);
  ppoll(waits_.data(), waits_.size(), &timeout, nullptr);
}

void Probing::TakeOrders(SteadyTime now) {
  if (!orders_wait_.Acknowledge()) return;
  std::shared_ptr<Watched> ordered;
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    ordered = std::move(ordered_);
    ids = std::move(asked_for_);
    asked_for_.clear();
  }
  std::unordered_set<std::string_view> asked(ids.begin(), ids.end());
  if (watched_)  // whoever is being checked; a new list does not know of it
    for (uint32_t i = 0; i < watched_->progress.size(); ++i)
      if (watched_->progress[i].is_under_way) asked.erase((*watched_->targets)[i].id);
  if (ordered) Adopt(std::move(ordered));
  if (!watched_) return;

  if (next_cycle_ == SteadyTime{}) {
    next_cycle_ = now;  // the first list: its first cycle begins at once and leaves nobody new
    for (Progress& progress : watched_->progress) progress.is_new = false;
    return;
  }
  std::vector<uint32_t> due;
  for (uint32_t i = 0; i < watched_->progress.size(); ++i) {
    const bool is_new = std::exchange(watched_->progress[i].is_new, false);
    const bool wanted = is_new || asked.contains((*watched_->targets)[i].id);
    if (wanted) due.push_back(i);
  }
  if (!due.empty()) StartBatches(std::move(due), now, {});
}

void Probing::Adopt(std::shared_ptr<Watched> next) {
  if (watched_) {
    std::unordered_map<std::string_view, uint32_t> before;
    for (uint32_t i = 0; i < watched_->targets->size(); ++i) before.emplace((*watched_->targets)[i].id, i);
    for (uint32_t i = 0; i < next->targets->size(); ++i) {
      const Target& target = (*next->targets)[i];
      const auto same = before.find(target.id);
      if (same == before.end() || !((*watched_->targets)[same->second] == target)) continue;
      next->progress[i].round_trip = watched_->progress[same->second].round_trip;
      next->progress[i].is_new = false;
    }
    if (next->interval != watched_->interval) next_cycle_ = std::min(next_cycle_, steady_clock::now() + next->interval);
  }
  watched_ = std::move(next);
}

void Probing::StartCycle(SteadyTime now) {
  const SteadyTime planned = next_cycle_;
  // Cycles that a sleeping machine missed are not made up for.
  next_cycle_ += watched_->interval;
  if (next_cycle_ <= now) next_cycle_ = now + watched_->interval;
  const uint64_t cycle = cycle_++;
  std::vector<uint32_t> due;
  for (uint32_t i = 0; i < watched_->targets->size(); ++i) {
    const int64_t every = std::max<int64_t>(1, (*watched_->targets)[i].interval / watched_->interval);
    if (cycle % static_cast<uint64_t>(every) == 0) due.push_back(i);
  }
  CheckBatch batch;
  batch.late = now - planned;
  batch.is_cycle = delivery_ == Delivery::kWhole;
  batch.is_scheduled = true;
  batch.ends_cycle = true;
  StartBatches(std::move(due), now, std::move(batch));
}

// A whole batch is done before the next cycle is: checks that may take longer have a batch of their own, which is none
// of a whole cycle.
void Probing::StartBatches(std::vector<uint32_t> due, SteadyTime now, CheckBatch batch) {
  const auto is_quick = [this](uint32_t i) { return (*watched_->targets)[i].timeout < watched_->interval; };
  const auto first_slow =
      delivery_ == Delivery::kWhole ? std::stable_partition(due.begin(), due.end(), is_quick) : due.end();
  const std::vector<uint32_t> slow(first_slow, due.end());
  due.erase(first_slow, due.end());
  CheckBatch long_one = batch;
  long_one.is_cycle = false;
  batch.ends_cycle = batch.ends_cycle && slow.empty();
  StartBatch(due, now, std::move(batch));
  if (!slow.empty()) StartBatch(slow, now, std::move(long_one));
}

// `batch` says what it is. Until the first check is started anything may be thrown, and nothing is under way; from then
// on nothing is.
void Probing::StartBatch(const std::vector<uint32_t>& due, SteadyTime now, CheckBatch batch) {
  auto opened = std::make_unique<OpenBatch>();
  opened->number = next_batch_++;
  opened->watched = watched_;
  opened->batch = std::move(batch);
  opened->batch.targets = watched_->targets;
  opened->batch.started = now;
  opened->batch.started_since_boot = BootNow();
  auto& entries = opened->batch.entries;
  entries.reserve(due.size());  // before anybody points into it
  for (const uint32_t i : due)
    if (!watched_->progress[i].is_under_way) entries.push_back({i, {}});
  opened->open = entries.size();
  if (opened->open == 0) {
    if (opened->batch.is_cycle) Deliver(std::move(opened->batch));
    return;
  }
  if (delivery_ == Delivery::kInParts) opened->done.reserve(entries.size());
  std::vector<Check> portion;
  portion.reserve(std::min(kPortion, entries.size()));
  const uint32_t number = opened->number;
  open_batches_.push_back(std::move(opened));

  for (size_t kind = 0; kind < probers_.size(); ++kind) {
    if (!probers_[kind]) continue;
    for (auto& entry : entries) {
      const Target& target = (*watched_->targets)[entry.target];
      if (static_cast<size_t>(target.kind) != kind) continue;
      portion.push_back({&target, &watched_->progress[entry.target].round_trip, &entry.result, number});
      watched_->progress[entry.target].is_under_way = true;
      if (portion.size() < kPortion) continue;
      StartPortion(*probers_[kind], portion, now);
      portion.clear();
    }
    if (!portion.empty()) StartPortion(*probers_[kind], portion, now);
    portion.clear();
  }
}

void Probing::StartPortion(Prober& prober, std::span<const Check> portion, SteadyTime now) {
  try {
    prober.Start(portion, now);
  } catch (const std::exception& error) {
    for (const Check& check : portion) {
      check.result->sent = now;
      check.result->void_reason = VoidReason::kNotSent;
      CheckDone(check);
    }
    LogError("checks could not be started: " + std::string(error.what()));
  }
}

// Only notes it: within the work of a prober nothing is to be thrown.
void Probing::CheckDone(const Check& check) {
  const auto found = std::find_if(open_batches_.begin(), open_batches_.end(),
                                  [&](const auto& opened) { return opened->number == check.batch; });
  OpenBatch& opened = **found;
  const auto index = static_cast<size_t>(check.target - opened.watched->targets->data());
  opened.watched->progress[index].is_under_way = false;
  --opened.open;
  if (delivery_ == Delivery::kWhole) return;
  if (opened.done.empty()) opened.gathering_since = steady_clock::now();
  const auto distance =
      reinterpret_cast<const char*>(check.result) - reinterpret_cast<const char*>(&opened.batch.entries.front().result);
  opened.done.push_back(static_cast<uint32_t>(static_cast<size_t>(distance) / sizeof(CheckBatch::Entry)));
}

void Probing::DeliverDone(SteadyTime now) {
  for (auto i = open_batches_.begin(); i != open_batches_.end();) {
    OpenBatch& opened = **i;
    if (delivery_ == Delivery::kWhole) {
      if (opened.open == 0) DeliverWhole(opened);
    } else if (!opened.done.empty() && (opened.open == 0 || now >= opened.gathering_since + kGather)) {
      DeliverPart(opened);
    }
    i = opened.open == 0 ? open_batches_.erase(i) : i + 1;
  }
}

void Probing::DeliverWhole(OpenBatch& opened) {
  const auto is_unsent = [](const CheckBatch::Entry& entry) {
    return entry.result.void_reason == VoidReason::kNotSent;
  };
  if (std::any_of(opened.batch.entries.begin(), opened.batch.entries.end(), is_unsent))
    opened.batch.is_neighbour_table_full = neighbour_table_.HasOverflowed();
  Deliver(std::move(opened.batch));
}

void Probing::DeliverPart(OpenBatch& opened) {
  const CheckBatch& whole = opened.batch;
  CheckBatch part{.targets = whole.targets,
                  .entries = {},
                  .started = whole.started,
                  .started_since_boot = whole.started_since_boot,
                  .late = whole.late,
                  .is_scheduled = whole.is_scheduled,
                  .ends_cycle = whole.ends_cycle && opened.open == 0};
  part.entries.reserve(opened.done.size());
  for (const uint32_t i : opened.done)
    part.entries.push_back({whole.entries[i].target, std::move(opened.batch.entries[i].result)});
  opened.done.clear();
  Deliver(std::move(part));
}

void Probing::Deliver(CheckBatch&& batch) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_full = batches_.size() == kMostBatches;
    if (is_full) batches_.pop_front();
    if (is_full && !is_dropping_) LogWarning("results are not taken in time: the oldest are dropped");
    is_dropping_ = is_full;
    batches_.push_back(std::move(batch));
  }
  delivered_.Wake();
}

}  // namespace linewatch
