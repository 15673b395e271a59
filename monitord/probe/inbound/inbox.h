// Incoming results, of heartbeats and messages: whoever receives one puts it in here, for checks to be answered from.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_INBOX_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_INBOX_H_

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "monitord/probe/prober.h"
#include "monitord/system/waker.h"
#include "store/check_settings.h"
#include "store/value/wall_time.h"

namespace linewatch {

// What a heartbeat or a message says of its host.
struct InboundResult {
  SteadyTime at;  // when it arrived
  bool ok = true;
  std::string reason;  // why not ok
  PackedOptional<float> ms;
  bool is_begin = false;  // a sign of life that begins a run: how well the host is stays as it was
};

// What is known of one host.
struct Awaited {
  CheckSettings check_settings;  // max_age, and what its results were judged by
  SteadyTime since;              // when it was first watched
  std::optional<InboundResult> last;
  std::string refusal;  // why none of its results can come in until people change something; empty: they can
};

// What keeps the results of a kind of check from coming in.
struct InboundFault {
  std::string reason;         // empty: nothing
  bool is_permanent = false;  // until people change something: no result is waited for
};

// What the last result is worth at `now`. Nobody is blamed for what could not be received: from `since` on a host has
// its whole max_age. `noun` is what is awaited: "heartbeat", "message".
struct Verdict {
  enum class Kind { kOpen, kGood, kBad } kind = Kind::kOpen;
  std::string reason;  // why bad
  PackedOptional<float> ms;
};
// Where the settings have a `cron`, it is late when it has not come `grace` after the schedule wanted it, by the local
// time of `wall`, which is what the clock shows at `now`; as clocks differ, one may come a minute before it is due.
Verdict AnswerOf(const Awaited& awaited, const InboundFault& fault, std::string_view noun, SteadyTime now,
                 WallTime wall);

// Any thread may call any of it.
class Inbox {
 public:
  // `clock` says what the wall clock shows at a time.
  using Clock = std::function<WallTime(SteadyTime)>;
  explicit Inbox(Clock clock = WallClockAt) : clock_(std::move(clock)) {}
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  static std::string_view NounOf(CheckKind kind) { return kind == CheckKind::kMqtt ? "message" : "heartbeat"; }

  // Those of `targets` that wait for results are what is watched from now on. The results of the others are forgotten,
  // and so are those that were judged by settings that have changed.
  void Watch(const std::vector<Target>& targets, SteadyTime now);

  // The result of a host that is not watched is dropped. One that ends a run, and does not say how long it took, took
  // as long as it is since the run began.
  void Put(std::string_view host, InboundResult result);
  // Until it is called again for this kind.
  void SetFault(CheckKind kind, InboundFault fault);

  // Why the results of this host cannot come in, until people change something; empty: they can. What is known by
  // settings that the host no longer has is dropped.
  void SetRefusal(std::string_view host, const CheckSettings& judged_by, const std::string& refusal, SteadyTime now);

  // kOpen for a host that is not watched.
  Verdict VerdictOn(std::string_view host, SteadyTime now) const;

  // The hosts whose verdict was changed by a result: they are worth a check at once. Of a host that changes more than
  // kMostEarly times in kEarlyWindow the rest is left for its next check in turn.
  std::vector<std::string> TakeChanged();
  // Readable when there are any.
  int fd() const { return waker_.fd(); }

  static constexpr int kMostEarly = 5;
  static constexpr std::chrono::seconds kEarlyWindow{10};

 private:
  struct Entry {
    CheckKind kind;
    Awaited awaited;
    SteadyTime window_begin{};  // of kEarlyWindow
    int early = 0;              // in it
    std::optional<SteadyTime> run_begin{};
  };

  static WallTime WallClockAt(SteadyTime t);
  Verdict VerdictOf(const Entry& entry, SteadyTime now) const;
  void NoteChange(std::string_view host, Entry& entry, SteadyTime now);

  const Clock clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by the host's id
  std::array<InboundFault, kCheckKindNames.size()> faults_;
  std::vector<std::string> changed_;
  Waker waker_;
};

}  // namespace linewatch

#endif
