// What comes in by itself, heartbeats and messages: whoever receives it reports it here for the hosts that are watched.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_INBOX_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_INBOX_H_

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "monitord/probe/prober.h"
#include "store/file/descriptor.h"
#include "store/service.h"

namespace linewatch {

struct InboundResult {
  SteadyTime at;  // when it arrived
  bool ok = true;
  std::string reason;  // why not ok
  PackedOptional<float> ms;
};

// What is known of one host.
struct Awaited {
  Service service;   // max_age, and what the reports were judged by
  SteadyTime since;  // when it was first watched
  std::optional<InboundResult> last;
};

// What keeps the reports of a kind from coming in.
struct Hindrance {
  std::string reason;       // empty: nothing
  bool is_lasting = false;  // until people change something: no report is waited for
};

// What the last report is worth at `now`. Nobody is blamed for what could not be received: from `since` on a host has
// its whole max_age. `noun` is what is awaited: "heartbeat", "message".
struct Verdict {
  enum class Kind { kOpen, kGood, kBad } kind = Kind::kOpen;
  std::string reason;  // why bad
  PackedOptional<float> ms;
};
Verdict Judge(const Awaited& awaited, const Hindrance& hindrance, std::string_view noun, SteadyTime now);

// Any thread may call any of it.
class Inbox {
 public:
  Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  static std::string_view NounOf(CheckKind kind) { return kind == CheckKind::kMqtt ? "message" : "heartbeat"; }

  // Those of `targets` that wait for reports are what is watched from now on. What was reported of the others is
  // forgotten, and so is what was judged by settings that have changed.
  void Watch(const std::vector<Target>& targets, SteadyTime now);

  // A report of a host that is not watched is nothing.
  void Put(std::string_view host, InboundResult report);
  void Hinder(CheckKind kind, Hindrance hindrance);

  // Open for a host that is not watched.
  Verdict Look(std::string_view host, SteadyTime now) const;

  // The hosts of which a report said other than what a look before it would have said: they are worth a check at once.
  // Of a host that changes more than kMostEarly times in kEarlyWindow the rest is left for its next check in turn.
  std::vector<std::string> TakeChanged();
  // Readable when there are any.
  int fd() const { return changed_fd_.get(); }

  static constexpr int kMostEarly = 5;
  static constexpr std::chrono::seconds kEarlyWindow{10};

 private:
  struct Entry {
    CheckKind kind;
    Awaited awaited;
    SteadyTime window_begin{};  // of kEarlyWindow
    int early = 0;              // in it
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by the host's id
  std::array<Hindrance, kCheckKindNames.size()> hindrances_;
  std::vector<std::string> changed_;
  Descriptor changed_fd_;
};

}  // namespace linewatch

#endif
