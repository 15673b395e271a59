#include "monitord/probe/inbound/inbox.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "monitord/system/time_text.h"
#include "store/calendar.h"
#include "store/cron_schedule.h"

namespace linewatch {
namespace {

std::string Text(std::chrono::steady_clock::duration duration) {
  return DurationText(std::chrono::duration_cast<std::chrono::microseconds>(duration));
}

// When a schedule wants the next one that comes after `heard`.
std::optional<WallTime> DueAfter(const CronSchedule& schedule, WallTime heard, bool is_since_start) {
  constexpr std::time_t kEarly = 60;
  const std::time_t from = ToTimeT(heard);
  auto due = schedule.After(from);
  // One that came shortly before it was due is the one that was due. After a start nobody has called yet.
  if (due && !is_since_start) {
    const auto next = schedule.After(*due);
    if (next && *due - from <= std::min(kEarly, (*next - *due) / 2)) due = next;
  }
  return due ? std::optional(WallTime(std::chrono::seconds(*due))) : std::nullopt;
}

std::string ClockText(WallTime t) {
  const std::tm local = LocalTime(ToTimeT(t));
  std::array<char, 8> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M", &local)};
}

// Since when it should have come: nothing while it is in time.
struct Late {
  std::string due;  // by its schedule, behind "due at"; empty where there is none
};
std::optional<Late> LateOf(const Awaited& awaited, SteadyTime now, WallTime wall) {
  const CheckSettings& settings = awaited.check_settings;
  // Nobody is blamed for what could not be heard: from `since` on there is the whole time again.
  const bool is_heard = awaited.last && awaited.last->at >= awaited.since;
  const SteadyTime heard = is_heard ? awaited.last->at : awaited.since;
  const auto schedule = CronSchedule::Parse(settings.cron.str());
  if (!schedule) return now - heard <= settings.max_age ? std::nullopt : std::optional(Late{});
  const auto heard_at = wall - std::chrono::duration_cast<std::chrono::microseconds>(now - heard);
  const auto due = DueAfter(*schedule, heard_at, !is_heard);
  if (!due || wall <= *due + settings.grace) return std::nullopt;
  return Late{ClockText(*due)};
}

bool is_awaited(CheckKind kind) { return kind == CheckKind::kMqtt || kind == CheckKind::kPush; }

}  // namespace

Verdict AnswerOf(const Awaited& awaited, const InboundFault& fault, std::string_view noun, SteadyTime now,
                 WallTime wall) {
  if (fault.is_permanent) return {Verdict::Kind::kBad, fault.reason, {}};
  if (!awaited.refusal.empty()) return {Verdict::Kind::kBad, awaited.refusal, {}};
  const auto& last = awaited.last;
  const CheckSettings& settings = awaited.check_settings;
  const auto late = LateOf(awaited, now, wall);
  if (!late && (!last || (settings.cron.empty() && now - last->at > settings.max_age))) return {};
  if (!late)
    return last->ok ? Verdict{Verdict::Kind::kGood, "", last->ms} : Verdict{Verdict::Kind::kBad, last->reason, {}};
  std::string reason = "no " + std::string(noun);
  reason += last ? " for " + Text(now - last->at) : " in " + Text(now - awaited.since) + " of watching";
  if (!late->due.empty()) reason += ", due at " + late->due;
  if (!fault.reason.empty()) reason += ": " + fault.reason;
  return {Verdict::Kind::kBad, std::move(reason), {}};
}

WallTime Inbox::WallClockAt(SteadyTime t) {
  return WallNow() + std::chrono::duration_cast<std::chrono::microseconds>(t - std::chrono::steady_clock::now());
}

// The caller holds the mutex.
Verdict Inbox::VerdictOf(const Entry& entry, SteadyTime now) const {
  return AnswerOf(entry.awaited, faults_[static_cast<size_t>(entry.kind)], NounOf(entry.kind), now, clock_(now));
}

void Inbox::Watch(const std::vector<Target>& targets, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  std::unordered_map<std::string, Entry> watched;
  for (const Target& target : targets) {
    if (!is_awaited(target.kind) || !target.check_settings) continue;
    Entry entry{target.kind, {*target.check_settings, now, std::nullopt, ""}, {}, 0};
    const auto before = entries_.find(target.id);
    if (before != entries_.end() && before->second.kind == target.kind) {
      const Awaited& old = before->second.awaited;
      CheckSettings judged_by = *target.check_settings;
      judged_by.max_age = old.check_settings.max_age;
      judged_by.cron = old.check_settings.cron;
      judged_by.grace = old.check_settings.grace;
      if (judged_by == old.check_settings) entry.awaited.last = old.last;
      if (judged_by == old.check_settings) entry.awaited.refusal = old.refusal;
      if (*target.check_settings == old.check_settings) entry.awaited.since = old.since;
      entry.run_begin = before->second.run_begin;
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
  const SteadyTime now = result.at;
  const auto before = VerdictOf(entry, now).kind;
  auto& last = entry.awaited.last;
  if (result.is_begin) {
    entry.run_begin = now;
    if (last) result = {now, last->ok, last->reason, last->ms, true};
  } else if (const auto begin = std::exchange(entry.run_begin, std::nullopt); begin && !result.ms && now >= *begin) {
    result.ms = std::chrono::duration<float, std::milli>(now - *begin).count();
  }
  last = std::move(result);
  if (VerdictOf(entry, now).kind != before) NoteChange(host, entry, now);
}

void Inbox::SetRefusal(std::string_view host, const CheckSettings& judged_by, const std::string& refusal,
                       SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(host));
  if (found == entries_.end() || found->second.awaited.check_settings.topic != judged_by.topic) return;
  Awaited& awaited = found->second.awaited;
  if (awaited.refusal == refusal) return;
  // From now on it has its whole time again.
  if (refusal.empty()) awaited.since = now;
  awaited.refusal = refusal;
  NoteChange(host, found->second, now);
}

// The caller holds the mutex.
void Inbox::NoteChange(std::string_view host, Entry& entry, SteadyTime now) {
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
  return VerdictOf(found->second, now);
}

std::vector<std::string> Inbox::TakeChanged() {
  const std::lock_guard lock(mutex_);
  waker_.Acknowledge();
  return std::exchange(changed_, {});
}

}  // namespace linewatch
