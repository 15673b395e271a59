// The thread that makes the checks, on a schedule of its own: it never waits for a lock, a disk or a mail.
#ifndef LINEWATCH_MONITORD_PROBE_PROBING_H_
#define LINEWATCH_MONITORD_PROBE_PROBING_H_

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "monitord/net/neighbour_table.h"
#include "monitord/probe/prober.h"
#include "monitord/system/waker.h"
#include "monitord/system/worker_thread.h"

namespace linewatch {

using Targets = std::shared_ptr<const std::vector<Target>>;

// Checks that were started together and are done: all of them, or those that were done by then.
struct CheckBatch {
  Targets targets;  // the list that was watched at that time
  struct Entry {
    uint32_t target;  // index into it
    CheckResult result;
  };
  std::vector<Entry> entries;
  SteadyTime started;
  std::chrono::nanoseconds started_since_boot{0};  // the same by CLOCK_BOOTTIME, which goes on while the machine sleeps
  std::chrono::nanoseconds late{0};                // how much later than planned a cycle was started
  bool is_cycle = false;                           // whole, but for checks that may take longer than a cycle
  bool is_scheduled = false;  // of a cycle, or a part of one; else for hosts that are new, changed or asked for
  bool ends_cycle = false;    // the last of a cycle's checks are in it
  bool is_neighbour_table_full = false;  // the kernel's, and that may be why some could not be sent to
};

class Probing {
 public:
  // Makes the prober of a kind. It is called by the constructor, so that a socket that may not be opened is an error of
  // the start.
  struct Kind {
    CheckKind check;
    std::function<std::unique_ptr<Prober>(Prober::Done)> make;
  };
  // kWhole: a batch is delivered when all of its checks are done, for what they say together. kInParts: each check is
  // delivered within kGather, so that none waits for one that hangs; a cycle without a check delivers nothing. Checks
  // whose timeout is longer than the cycle's interval are never waited for by others.
  enum class Delivery { kWhole, kInParts };
  // Throws std::system_error when there is no thread to be had.
  Probing(std::span<const Kind> kinds, Delivery delivery);
  ~Probing();
  Probing(const Probing&) = delete;
  Probing& operator=(const Probing&) = delete;

  bool has_kind(CheckKind check) const { return probers_[static_cast<size_t>(check)] != nullptr; }

  bool delivers_empty_cycles() const { return delivery_ == Delivery::kWhole; }

  // Replaces what is watched; all of it is of the kinds that this one has. Targets that were there before, unchanged,
  // keep what was measured of them; the others are checked at once.
  void SetTargets(Targets targets, std::chrono::milliseconds interval);

  // A check of these targets now, unless one is under way. Ids that it does not watch are none of its business.
  void CheckNow(std::vector<std::string> ids);

  // A batch that is done, oldest first; nothing when there is none. What nobody takes is dropped beyond kMostBatches.
  std::optional<CheckBatch> Take();
  // Readable when a batch waits.
  int fd() const { return delivered_.fd(); }

  // Whether the thread still turns: false once a turn is overdue by more than `patience`.
  bool is_alive(std::chrono::milliseconds patience) const;

  static constexpr size_t kMostBatches = 64;
  static constexpr std::chrono::milliseconds kGather{500};

 private:
  // What is known of a target, kept from list to list.
  struct Progress {
    RoundTrip round_trip;
    bool is_under_way = false;  // a check of it
    bool is_new = true;
  };
  struct Watched {
    Targets targets;
    std::vector<Progress> progress;  // by the index of the target
    std::chrono::milliseconds interval{10000};
  };
  struct OpenBatch {
    uint32_t number;
    std::shared_ptr<Watched> watched;
    CheckBatch batch;
    size_t open = 0;  // checks not done yet
    // In parts: the checks that are done and not delivered, and when the first of them was.
    std::vector<uint32_t> done;
    SteadyTime gathering_since{};
  };

  void Run();
  void Turn();
  void WaitForWork();
  void TakeOrders(SteadyTime now);
  void Adopt(std::shared_ptr<Watched> next);
  void StartCycle(SteadyTime now);
  void StartBatches(std::vector<uint32_t> due, SteadyTime now, CheckBatch batch);
  void StartBatch(const std::vector<uint32_t>& due, SteadyTime now, CheckBatch batch);
  void StartPortion(Prober& prober, std::span<const Check> portion, SteadyTime now);
  void CheckDone(const Check& check);
  void DeliverDone(SteadyTime now);
  void DeliverWhole(OpenBatch& opened);
  void DeliverPart(OpenBatch& opened);
  void Deliver(CheckBatch&& batch);

  std::array<std::unique_ptr<Prober>, kCheckKindNames.size()> probers_;  // by kind; null: another Probing's
  const Delivery delivery_;

  // The probing thread's own.
  std::shared_ptr<Watched> watched_;
  std::vector<std::unique_ptr<OpenBatch>> open_batches_;  // a few: one or two, and those of long timeouts
  uint32_t next_batch_ = 0;
  SteadyTime next_cycle_{};
  uint64_t cycle_ = 0;
  std::vector<pollfd> waits_;
  NeighbourTable neighbour_table_;

  // Between the threads.
  std::mutex mutex_;
  std::shared_ptr<Watched> ordered_;
  std::vector<std::string> asked_for_;
  std::deque<CheckBatch> batches_;
  bool is_dropping_ = false;
  const Waker orders_wait_, delivered_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> next_turn_ns_ = 0;  // by when the thread promised to turn again

  WorkerThread thread_;
};

}  // namespace linewatch

#endif
