#include "monitord/alert/retry_queue.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kFirstBackOff{5}, kLongestBackOff{900};
constexpr seconds kLongestRetryAfter{3600};  // whatever a server asks for
constexpr seconds kLastChance{60};           // for an attempt that is under way when the fallback is due
constexpr milliseconds kReportExpiry = std::chrono::days(30);  // then the next one is due

// Whether `later` says all that is worth knowing of what `earlier` would have said.
bool supersedes(const Alert& later, const Alert& earlier) {
  if (later.host != earlier.host) return false;
  return does_end(later.kind, earlier.kind) || (later.is_repeat && later.kind == earlier.kind);
}

// Messages about the same hosts, or about monitord itself, also by way of others between them: they go out in their
// order.
class Thread {
 public:
  explicit Thread(const Message& message) { Add(message); }

  bool Join(const Message& message) {
    const auto is_known = [this](const Alert& alert) { return hosts_.contains(alert.host); };
    if (std::none_of(message.alerts.begin(), message.alerts.end(), is_known)) return false;
    Add(message);
    return true;
  }

 private:
  void Add(const Message& message) {
    for (const Alert& alert : message.alerts) hosts_.insert(alert.host);
  }

  std::unordered_set<std::string_view> hosts_;
};

// The alerts of a message that is to be, of which ten thousand may supersede as many.
class AlertsByHost {
 public:
  explicit AlertsByHost(std::span<Alert> alerts) {
    for (Alert& alert : alerts) by_host_[alert.host].push_back(&alert);
  }

  // The first of the host's that fits; null when there is none.
  template <class Fits>
  Alert* Find(const std::string& host, const Fits& fits) const {
    const auto own = by_host_.find(host);
    if (own == by_host_.end()) return nullptr;
    const auto found = std::ranges::find_if(own->second, [&](const Alert* alert) { return fits(*alert); });
    return found == own->second.end() ? nullptr : *found;
  }

 private:
  std::unordered_map<std::string_view, std::vector<Alert*>> by_host_;
};

// `later` says what `earlier` would have said.
void TakeOver(const Alert& earlier, Alert& later) {
  if (TraitsOf(later.kind).is_end) {
    later.is_late = later.is_late || !earlier.is_repeat;
  } else {
    later.is_repeat = earlier.is_repeat;
  }
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

seconds BackOff(int attempts) {
  constexpr int kDoublings = 8;  // beyond the longest
  return std::min(kLongestBackOff, kFirstBackOff * (1 << std::clamp(attempts - 1, 0, kDoublings)));
}

void RetryQueue::Restore(std::vector<QueuedMessage> waiting, SteadyTime now) {
  for (QueuedMessage& queued : waiting) {
    entries_.push_back({std::move(queued), now, now});
    entries_.back().is_changed = false;
  }
}

RetryQueue::Superseded RetryQueue::Supersede(const std::string& channel, std::span<Alert> alerts) {
  const AlertsByHost later(alerts);
  Superseded superseded;
  for (Entry& entry : entries_) {
    if (entry.queued.channel != channel || entry.is_under_way || entry.queued.may_have_arrived) continue;
    auto& waiting = entry.queued.message.alerts;
    const size_t before = waiting.size();
    std::erase_if(waiting, [&](const Alert& earlier) {
      Alert* const found = later.Find(earlier.host, [&](const Alert& a) { return supersedes(a, earlier); });
      if (found == nullptr) return false;
      TakeOver(earlier, *found);
      const bool is_end = TraitsOf(found->kind).is_end;
      superseded.was_handed_on = superseded.was_handed_on || (is_end && entry.queued.is_handed_on);
      return true;
    });
    if (waiting.size() == before) continue;
    if (waiting.empty()) {
      entry.given_up = {AlertOutcome::kSuperseded};
    } else {
      superseded.left.push_back(entry.queued);
    }
  }
  const size_t ended = std::erase_if(handed_on_, [&](const HandedOn& begun) {
    const auto ends = [&](const Alert& a) { return does_end(a.kind, begun.kind); };
    return begun.channel == channel && later.Find(begun.host, ends) != nullptr;
  });
  superseded.was_handed_on = superseded.was_handed_on || ended > 0;
  RemoveGivenUp();
  return superseded;
}

void RetryQueue::SetText(const QueuedMessage& queued) {
  Entry* entry = Find(queued.channel, queued.message.id);
  if (entry == nullptr) return;
  entry->queued.message = queued.message;
  entry->is_changed = true;
}

void RetryQueue::Add(QueuedMessage queued, SteadyTime now) {
  const auto is_of_channel = [&](const Entry& entry) { return entry.queued.channel == queued.channel; };
  if (static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), is_of_channel)) >= kMost) {
    const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                     [&](const Entry& entry) { return is_of_channel(entry) && !entry.is_under_way; });
    if (oldest != entries_.end()) {
      gone_.push_back({std::move(oldest->queued),
                       {AlertOutcome::kGivenUp, "more than " + std::to_string(kMost) + " messages wait"}});
      entries_.erase(oldest);
    }
  }
  queued.number = entries_.empty() ? 1 : entries_.back().queued.number + 1;
  entries_.push_back({std::move(queued), now, now});
  // The earlier messages of its thread are tried before it.
  const Entry& added = entries_.back();
  Thread thread(added.queued.message);
  for (auto earlier = entries_.rbegin() + 1; earlier != entries_.rend(); ++earlier)
    if (earlier->queued.channel == added.queued.channel && earlier->due > now && thread.Join(earlier->queued.message))
      earlier->due = now;
}

std::optional<QueuedMessage> RetryQueue::NextFor(std::string_view channel, SteadyTime now) {
  Entry* next = nullptr;
  for (Entry& entry : entries_) {
    const bool can = entry.queued.channel == channel && !entry.is_under_way && !entry.given_up && entry.due <= now;
    if (can && (next == nullptr || entry.due < next->due)) next = &entry;
  }
  if (next == nullptr) return std::nullopt;
  next->is_under_way = true;
  return next->queued;
}

void RetryQueue::Settle(std::string_view channel, const std::string& id, const Delivery& delivery, const Moment& now) {
  Entry* entry = Find(channel, id);
  if (entry == nullptr) return;
  QueuedMessage& queued = entry->queued;
  entry->is_under_way = false;
  ++queued.attempts;
  queued.may_have_arrived = queued.may_have_arrived || delivery.may_have_arrived;
  if (delivery.result == Delivery::Result::kRefused) {
    entry->given_up = {AlertOutcome::kGivenUp, delivery.answer};
    return;
  }
  const bool is_accepted = delivery.result == Delivery::Result::kAccepted;
  if (is_accepted && delivery.left.empty()) {
    AlertResult result{delivery.refused.empty() ? AlertOutcome::kSent : AlertOutcome::kPartlySent};
    for (const std::string& refusal : delivery.refused)
      result.detail += (result.detail.empty() ? "" : ", but not to ") + refusal;
    NoteHandedOn(queued);
    gone_.push_back({std::move(queued), std::move(result)});
    entries_.erase(entries_.begin() + (entry - entries_.data()));
    return;
  }
  queued.error = WholeAnswer(delivery);
  if (is_accepted) {
    queued.message.to = delivery.left;
    queued.may_have_arrived = true;
  }
  auto pause = BackOff(queued.attempts);
  if (delivery.retry_after) pause = std::max(pause, std::min(*delivery.retry_after, kLongestRetryAfter));
  entry->due = now.steady + pause;
  queued.next = now.wall + pause;
  entry->is_changed = true;
  // The later messages of its thread wait as long: nobody is notified of an end before the beginning.
  Thread thread(queued.message);
  for (Entry* later = entry + 1; later != entries_.data() + entries_.size(); ++later)
    if (later->queued.channel == channel && thread.Join(later->queued.message))
      later->due = std::max(later->due, entry->due);
}

milliseconds RetryQueue::WaitedOf(const Entry& entry, SteadyTime now) {
  return entry.queued.waited + std::chrono::duration_cast<milliseconds>(now - entry.since);
}

void RetryQueue::Review(const Config& config, std::span<const std::string> channels, const Moment& now) {
  std::vector<QueuedMessage> copies;
  const auto hand_on = [&](const Entry& entry) {
    for (QueuedMessage& copy : HandOn(entry, config, channels)) copies.push_back(std::move(copy));
  };
  for (Entry& entry : entries_) {
    const auto waited = WaitedOf(entry, now.steady);
    if (entry.is_under_way) {
      if (waited >= config.fallback_after + kLastChance) hand_on(entry);
      continue;
    }
    if (!entry.given_up && !contains(channels, entry.queued.channel))
      entry.given_up = {AlertOutcome::kGivenUp, entry.queued.channel + " is not set up any more"};
    const milliseconds expiry = entry.queued.message.is_alert() ? config.alert_expiry : kReportExpiry;
    if (!entry.given_up && waited >= expiry)
      entry.given_up = {AlertOutcome::kExpired, entry.queued.error.empty() ? "it was never tried" : entry.queued.error};
    if (entry.given_up || waited >= config.fallback_after) hand_on(entry);
  }
  RemoveGivenUp();
  for (QueuedMessage& copy : copies) Add(std::move(copy), now.steady);
}

void RetryQueue::RemoveGivenUp() {
  std::erase_if(entries_, [&](Entry& entry) {
    if (!entry.given_up) return false;
    NoteHandedOn(entry.queued);
    gone_.push_back({std::move(entry.queued), *std::move(entry.given_up)});
    return true;
  });
}

void RetryQueue::NoteHandedOn(const QueuedMessage& gone) {
  if (!gone.is_handed_on) return;
  for (const Alert& alert : gone.message.alerts)
    if (!alert.host.empty() && !TraitsOf(alert.kind).is_end)
      handed_on_.push_back({gone.channel, alert.host, alert.kind});
  while (handed_on_.size() > kMost) handed_on_.pop_front();
}

// The copies for the fallback channels, once for each message, however many of its channels fail.
std::vector<QueuedMessage> RetryQueue::HandOn(const Entry& entry, const Config& config,
                                              std::span<const std::string> channels) {
  const QueuedMessage& failed = entry.queued;
  std::vector<QueuedMessage> copies;
  if (failed.is_handed_on || !failed.instead_of.empty()) return copies;
  for (const std::string& channel : config.fallback) {
    if (!contains(channels, channel) || contains(failed.channels, channel)) continue;
    if (Find(channel, failed.message.id) != nullptr) continue;  // a run before has begun it
    QueuedMessage copy;
    copy.message = failed.message;
    copy.channel = channel;
    copy.channels = failed.channels;
    copy.instead_of = failed.channel;
    if (channel == "smtp" && copy.message.to.empty()) copy.message.to = config.smtp.to;
    std::string why = entry.given_up ? TextOf(*entry.given_up) : failed.error;
    if (why.empty()) why = entry.is_under_way ? "its server has not answered yet" : "it is held up by others";
    copy.message.text = "(" + failed.channel + " could not deliver this: " + why + ")\n\n" + copy.message.text;
    copy.message.html.clear();
    copies.push_back(std::move(copy));
  }
  if (!copies.empty()) MarkHandedOn(failed.message.id);
  return copies;
}

void RetryQueue::MarkHandedOn(const std::string& id) {
  for (Entry& entry : entries_) {
    if (entry.queued.message.id != id) continue;
    entry.queued.is_handed_on = true;
    entry.is_changed = true;
  }
}

void RetryQueue::TryAll(SteadyTime now) {
  for (Entry& entry : entries_) entry.due = now;
}

SteadyTime RetryQueue::wake_at() const {
  const auto is_busy = [this](const std::string& channel) {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& entry) { return entry.is_under_way && entry.queued.channel == channel; });
  };
  SteadyTime next = SteadyTime::max();
  for (const Entry& entry : entries_)
    if (entry.due < next && !is_busy(entry.queued.channel)) next = entry.due;
  return next;
}

std::vector<QueuedMessage> RetryQueue::TakeChanged(SteadyTime now) {
  std::vector<QueuedMessage> changed;
  for (Entry& entry : entries_) {
    if (!std::exchange(entry.is_changed, false)) continue;
    entry.queued.waited = WaitedOf(entry, now);
    entry.since = now;
    changed.push_back(entry.queued);
  }
  // The youngest first: a copy for a fallback channel stands before the message says that it was handed on.
  std::reverse(changed.begin(), changed.end());
  return changed;
}

void RetryQueue::NotStored(const QueuedMessage& queued) {
  if (Entry* entry = Find(queued.channel, queued.message.id)) entry->is_changed = true;
}

std::vector<RetryQueue::Gone> RetryQueue::TakeGone() { return std::exchange(gone_, {}); }

RetryQueue::Entry* RetryQueue::Find(std::string_view channel, const std::string& id) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.queued.channel == channel && entry.queued.message.id == id;
  });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace linewatch
