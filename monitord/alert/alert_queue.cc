#include "monitord/alert/alert_queue.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kFirstBackOff{5}, kLongestBackOff{900};
constexpr seconds kLongestRetryAfter{3600};                    // whatever a server asks for
constexpr milliseconds kReportExpiry = std::chrono::days(30);  // then the next one is due

// Whether `later` says all that is worth knowing of what `earlier` would have told.
bool supersedes(const Alert& later, const Alert& earlier) {
  if (later.host != earlier.host) return false;
  return does_end(later.kind, earlier.kind) || (later.is_repeat && later.kind == earlier.kind);
}

// Messages that tell of the same hosts, or of monitord itself, also by way of others between them: their order is part
// of what they say.
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

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

seconds BackOff(int attempts) {
  constexpr int kDoublings = 8;  // beyond the longest
  return std::min(kLongestBackOff, kFirstBackOff * (1 << std::clamp(attempts - 1, 0, kDoublings)));
}

void AlertQueue::Restore(std::vector<QueuedMessage> waiting, SteadyTime now) {
  for (QueuedMessage& queued : waiting) {
    entries_.push_back({std::move(queued), now, now});
    entries_.back().is_changed = false;
  }
}

AlertQueue::Superseded AlertQueue::Supersede(const std::string& channel, std::span<Alert> alerts) {
  std::unordered_map<std::string_view, std::vector<Alert*>> by_host;  // ten thousand may be in both
  for (Alert& alert : alerts) by_host[alert.host].push_back(&alert);
  Superseded superseded;
  for (Entry& entry : entries_) {
    if (entry.queued.channel != channel || entry.is_under_way || entry.queued.may_have_arrived) continue;
    auto& waiting = entry.queued.message.alerts;
    const size_t before = waiting.size();
    std::erase_if(waiting, [&](const Alert& earlier) {
      const auto own = by_host.find(earlier.host);
      if (own == by_host.end()) return false;
      const auto found =
          std::find_if(own->second.begin(), own->second.end(), [&](const Alert* a) { return supersedes(*a, earlier); });
      if (found == own->second.end()) return false;
      Alert& later = **found;
      if (TraitsOf(later.kind).is_end) {
        later.is_late = later.is_late || !earlier.is_repeat;
        superseded.was_handed_on = superseded.was_handed_on || entry.queued.is_handed_on;
      } else {
        later.is_repeat = earlier.is_repeat;
      }
      return true;
    });
    if (waiting.size() == before) continue;
    if (waiting.empty()) {
      entry.given_up = {AlertOutcome::kSuperseded};
    } else {
      superseded.left.push_back(entry.queued);
    }
  }
  const size_t ended = std::erase_if(told_in_stead_, [&](const ToldInStead& told) {
    if (told.channel != channel) return false;
    const auto own = by_host.find(told.host);
    return own != by_host.end() && std::any_of(own->second.begin(), own->second.end(),
                                               [&](const Alert* a) { return does_end(a->kind, told.kind); });
  });
  superseded.was_handed_on = superseded.was_handed_on || ended > 0;
  RemoveGivenUp();
  return superseded;
}

void AlertQueue::SetText(const QueuedMessage& queued) {
  Entry* entry = Find(queued.channel, queued.message.id);
  if (entry == nullptr) return;
  entry->queued.message = queued.message;
  entry->is_changed = true;
}

void AlertQueue::Add(QueuedMessage queued, SteadyTime now) {
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
  // What it goes on from is tried before it.
  const Entry& added = entries_.back();
  Thread thread(added.queued.message);
  for (auto earlier = entries_.rbegin() + 1; earlier != entries_.rend(); ++earlier)
    if (earlier->queued.channel == added.queued.channel && earlier->due > now && thread.Join(earlier->queued.message))
      earlier->due = now;
}

std::optional<QueuedMessage> AlertQueue::NextFor(std::string_view channel, SteadyTime now) {
  Entry* next = nullptr;
  for (Entry& entry : entries_) {
    const bool can = entry.queued.channel == channel && !entry.is_under_way && !entry.given_up && entry.due <= now;
    if (can && (next == nullptr || entry.due < next->due)) next = &entry;
  }
  if (next == nullptr) return std::nullopt;
  next->is_under_way = true;
  return next->queued;
}

void AlertQueue::Settle(std::string_view channel, const std::string& id, const Delivery& delivery, const Moment& now) {
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
    NoteToldInStead(queued);
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
  // What goes on from it waits as long: nobody is told of an end before the beginning.
  Thread thread(queued.message);
  for (Entry* later = entry + 1; later != entries_.data() + entries_.size(); ++later)
    if (later->queued.channel == channel && thread.Join(later->queued.message))
      later->due = std::max(later->due, entry->due);
}

milliseconds AlertQueue::WaitedOf(const Entry& entry, SteadyTime now) {
  return entry.queued.waited + std::chrono::duration_cast<milliseconds>(now - entry.since);
}

void AlertQueue::Review(const Config& config, std::span<const std::string> channels, const Moment& now) {
  std::vector<QueuedMessage> copies;
  const auto hand_on = [&](const Entry& entry) {
    for (QueuedMessage& copy : HandOn(entry, config, channels)) copies.push_back(std::move(copy));
  };
  for (Entry& entry : entries_) {
    const auto waited = WaitedOf(entry, now.steady);
    if (entry.is_under_way) continue;
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

void AlertQueue::RemoveGivenUp() {
  std::erase_if(entries_, [&](Entry& entry) {
    if (!entry.given_up) return false;
    NoteToldInStead(entry.queued);
    gone_.push_back({std::move(entry.queued), *std::move(entry.given_up)});
    return true;
  });
}

void AlertQueue::NoteToldInStead(const QueuedMessage& gone) {
  if (!gone.is_handed_on) return;
  for (const Alert& alert : gone.message.alerts)
    if (!alert.host.empty() && !TraitsOf(alert.kind).is_end)
      told_in_stead_.push_back({gone.channel, alert.host, alert.kind});
  while (told_in_stead_.size() > kMost) told_in_stead_.pop_front();
}

// The copies for the fallback channels, once for each message, however many of its channels fail.
std::vector<QueuedMessage> AlertQueue::HandOn(const Entry& entry, const Config& config,
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
    if (why.empty()) why = "it is held up by others";
    copy.message.text = "(" + failed.channel + " could not deliver this: " + why + ")\n\n" + copy.message.text;
    copy.message.html.clear();
    copies.push_back(std::move(copy));
  }
  if (!copies.empty()) MarkHandedOn(failed.message.id);
  return copies;
}

void AlertQueue::MarkHandedOn(const std::string& id) {
  for (Entry& entry : entries_) {
    if (entry.queued.message.id != id) continue;
    entry.queued.is_handed_on = true;
    entry.is_changed = true;
  }
}

void AlertQueue::TryAll(SteadyTime now) {
  for (Entry& entry : entries_) entry.due = now;
}

SteadyTime AlertQueue::wake_at() const {
  const auto is_busy = [this](const std::string& channel) {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& entry) { return entry.is_under_way && entry.queued.channel == channel; });
  };
  SteadyTime next = SteadyTime::max();
  for (const Entry& entry : entries_)
    if (entry.due < next && !is_busy(entry.queued.channel)) next = entry.due;
  return next;
}

std::vector<QueuedMessage> AlertQueue::TakeChanged(SteadyTime now) {
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

void AlertQueue::NotStored(const QueuedMessage& queued) {
  if (Entry* entry = Find(queued.channel, queued.message.id)) entry->is_changed = true;
}

std::vector<AlertQueue::Gone> AlertQueue::TakeGone() { return std::exchange(gone_, {}); }

AlertQueue::Entry* AlertQueue::Find(std::string_view channel, const std::string& id) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.queued.channel == channel && entry.queued.message.id == id;
  });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace linewatch
