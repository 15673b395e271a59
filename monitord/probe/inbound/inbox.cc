#include "monitord/probe/inbound/inbox.h"

#include <utility>

#include "monitord/system/time_text.h"

namespace linewatch {
namespace {

std::string Text(std::chrono::steady_clock::duration duration) {
  return DurationText(std::chrono::duration_cast<std::chrono::microseconds>(duration));
}

bool is_awaited(CheckKind kind) { return kind == CheckKind::kMqtt || kind == CheckKind::kPush; }

}  // namespace

Verdict AnswerOf(const Awaited& awaited, const InboundFault& fault, std::string_view noun, SteadyTime now) {
  if (fault.is_permanent) return {Verdict::Kind::kBad, fault.reason, {}};
  const auto& last = awaited.last;
  const auto max_age = awaited.check_settings.max_age;
  if (last && now - last->at <= max_age)
    return last->ok ? Verdict{Verdict::Kind::kGood, "", last->ms} : Verdict{Verdict::Kind::kBad, last->reason, {}};
  if (now - awaited.since <= max_age) return {};
  std::string reason = "no " + std::string(noun);
  reason += last ? " for " + Text(now - last->at) : " in " + Text(now - awaited.since) + " of watching";
  if (!fault.reason.empty()) reason += ": " + fault.reason;
  return {Verdict::Kind::kBad, std::move(reason), {}};
}

void Inbox::Watch(const std::vector<Target>& targets, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  std::unordered_map<std::string, Entry> watched;
  for (const Target& target : targets) {
    if (!is_awaited(target.kind) || !target.check_settings) continue;
    Entry entry{target.kind, {*target.check_settings, now, std::nullopt}, {}, 0};
    const auto before = entries_.find(target.id);
    if (before != entries_.end() && before->second.kind == target.kind) {
      const Awaited& old = before->second.awaited;
      CheckSettings judged_by = *target.check_settings;
      judged_by.max_age = old.check_settings.max_age;
      if (judged_by == old.check_settings) entry.awaited.last = old.last;
      if (*target.check_settings == old.check_settings) entry.awaited.since = old.since;
    }
    watched.emplace(target.id, std::move(entry));
  }
  entries_ = std::move(watched);
}

void Inbox::Put(std::string_view host, InboundResult result) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(host));
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  const InboundFault& fault = faults_[static_cast<size_t>(entry.kind)];
  const auto verdict = [&](SteadyTime now) { return AnswerOf(entry.awaited, fault, NounOf(entry.kind), now).kind; };
  const SteadyTime now = result.at;
  const auto before = verdict(now);
  entry.awaited.last = std::move(result);
  if (verdict(now) == before) return;
  if (now - entry.window_begin > kEarlyWindow) {
    entry.window_begin = now;
    entry.early = 0;
  }
  if (entry.early++ >= kMostEarly) return;
  changed_.emplace_back(host);
  waker_.Wake();
}

void Inbox::SetFault(CheckKind kind, InboundFault fault) {
  const std::lock_guard lock(mutex_);
  faults_[static_cast<size_t>(kind)] = std::move(fault);
}

Verdict Inbox::VerdictOn(std::string_view host, SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(host));
  if (found == entries_.end()) return {};
  const auto& [kind, awaited, window_begin, early] = found->second;
  return AnswerOf(awaited, faults_[static_cast<size_t>(kind)], NounOf(kind), now);
}

std::vector<std::string> Inbox::TakeChanged() {
  const std::lock_guard lock(mutex_);
  waker_.Acknowledge();
  return std::exchange(changed_, {});
}

}  // namespace linewatch
