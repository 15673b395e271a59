#include "monitord/verdict/judge.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "monitord/verdict/maintenance.h"
#include "monitord/verdict/uptime.h"
#include "monitord/verdict/void_reason_traits.h"
#include "store/text/url.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

// No id of a host has a slash.
constexpr std::string_view kUplinkPrefix = "uplink/";

// Where the check goes first: an address or a name. A website is checked at `ip`, if that is set, instead of where its
// URL says.
std::string WhereOf(const Host& host) {
  if (!host.ip.empty() || host.check != CheckKind::kHttp) return host.ip;
  const auto url = ParseUrl(host.check_settings->url);
  const auto* good = std::get_if<Url>(&url);
  return good == nullptr ? "" : good->host;
}

Target HostTarget(const Host& host, const Config& config, const Secrets& secrets) {
  Target target;
  target.id = host.id;
  target.kind = host.check;
  const std::string where = WhereOf(host);
  if (const auto address = Address::Parse(where)) {
    target.address = *address;
  } else if (!where.empty()) {
    target.name = where;
  }
  target.check_settings = host.check_settings;
  if (const auto own = secrets.find(host.id); host.check_settings && own != secrets.end()) target.secrets = own->second;
  target.interval = host.interval.value_or(config.interval);
  // Checked when it was set; config.json's interval may have become shorter since.
  const milliseconds timeout = host.timeout.value_or(config.timeout);
  const milliseconds interval = target.interval;
  target.timeout = timeout < interval ? timeout : interval * 9 / 10;
  target.retries = static_cast<uint8_t>(host.retries.value_or(config.retries));
  target.packets = static_cast<uint8_t>(host.packets);
  return target;
}

// A good check has come. Answers whether there was an acknowledgement that it ends.
bool EndAcknowledgement(Host& host, HostState& state, bool was_outage) {
  const Observation& seen = host.seen;
  if (seen.status == Status::kUp || was_outage) state.settled_at = seen.last_check;
  if (!host.acknowledged || !is_over_by_state(*host.acknowledged, seen, state)) return false;
  host.acknowledged.reset();
  return true;
}

Target UplinkTarget(const std::string& address, const Config& config) {
  Host uplink;
  uplink.id = std::string(kUplinkPrefix) + address;
  uplink.ip = address;
  return HostTarget(uplink, config, {});
}

}  // namespace

void Judge::Start(Replayed&& past, const Moment& now) {
  const WallTime last_sign = past.last_sign;
  states_ = std::move(past.states);
  started_ = now.wall;
  clock_watch_.Look(now);
  const bool is_short = last_sign <= now.wall && now.wall - last_sign <= kMissedCycles * config_.interval;
  for (uint32_t i = 0; i < list_.hosts.size(); ++i) {
    RestoreFailures(Watched(i));
    RestoreDegradation(Watched(i), LimitsOf(list_.hosts[i], config_), now.wall);
    if (last_sign != kNever && !is_short) BreakFailures(Watched(i));
  }
}

Targets Judge::TakeSettings(const Moment& now, Outcome& outcome) {
  std::unordered_map<std::string_view, size_t> before;
  for (size_t i = 0; i < subjects_.size(); ++i) before.emplace((*targets_)[i].id, i);
  std::vector<Contact> contacts(list_.hosts.size() + config_.uplinks.size());
  for (uint32_t i = 0; i < list_.hosts.size(); ++i) contacts[i].last_answer = list_.hosts[i].seen.last_good;

  topology_ = Topology(list_);
  auto targets = std::make_shared<std::vector<Target>>();
  targets->reserve(list_.hosts.size() + config_.uplinks.size());
  std::vector<uint32_t> subjects;
  const auto add = [&](uint32_t subject, Target target) {
    const auto same = before.find(target.id);
    if (same != before.end() && (*targets_)[same->second] == target)
      contacts[subject] = contacts_[subjects_[same->second]];
    subjects.push_back(subject);
    targets->push_back(std::move(target));
  };
  for (uint32_t i = 0; i < list_.hosts.size(); ++i) {
    const Host& host = list_.hosts[i];
    AddEvent(host, RecordEnabled(Watched(i), host.enabled, now.wall), now.wall, outcome);
    if (host.enabled) add(i, HostTarget(host, config_, secrets_));
  }
  auto uplink = static_cast<uint32_t>(list_.hosts.size());
  for (const auto& address : config_.uplinks) add(uplink++, UplinkTarget(address, config_));
  contacts_ = std::move(contacts);
  subjects_ = std::move(subjects);
  NoteMaintenance(now.wall, outcome);
  list_.interval = config_.interval;
  targets_ = std::move(targets);
  return targets_;
}

void Judge::Take(const CheckBatch& batch, const Moment& read, Outcome& outcome) {
  LookAtClock(read, outcome);
  // The steady clock, by which the batch knows its times, stood still if the machine slept meanwhile.
  Moment now = read;
  now.steady += (read.boot - batch.started_since_boot) - (read.steady - batch.started);
  if (batch.is_cycle) {
    NoteGap(batch, now, outcome);
    NoteMaintenance(now.wall, outcome);
    list_.monitor.late_ms = std::chrono::duration<double, std::milli>(batch.late).count();
  }
  NoteVoidReasons(batch, outcome);
  const std::vector<uint32_t> subjects = SubjectsOf(batch);
  NoteSelfCheck(batch, subjects, now, outcome);
  JudgeHosts(batch, subjects, now, outcome);
  SettleAwaiting(batch, now, outcome);
  // The day goes on for those, too, that are not checked.
  if (batch.is_cycle)
    for (uint32_t i = 0; i < list_.hosts.size(); ++i)
      if (!list_.hosts[i].enabled) list_.hosts[i].seen.uptime = UptimePercent(states_[i].history, now.wall);
  list_.updated = now.wall;
}

void Judge::LookAtClock(const Moment& now, Outcome& outcome) {
  const auto step = clock_watch_.Look(now);
  if (!step) return;
  const ClockStep& shift = outcome.clock_step.emplace(ClockStep{started_, *step, now.wall});
  ForEachClockTime(list_, shift);
  for (HostState& state : states_) {
    ForEachClockTime(state, shift);
    ShiftTimeline(state.history, started_, *step, now.wall);
  }
  self_check_.Shift(*step);
  for (Contact& contact : contacts_) shift(contact.last_answer);
  started_ += *step;
  if (last_cycle_) last_cycle_->wall += *step;
  outcome.events.push_back(MonitorEvent{now.wall, MonitorChange::kClock, now.wall - *step});
}

void Judge::NoteGap(const CheckBatch& batch, const Moment& now, Outcome& outcome) {
  const Cycle began{now.WallOf(batch.started), batch.started_since_boot};
  const auto before = std::exchange(last_cycle_, began);
  // The first cycle after an edit of the interval comes when the old one says.
  const auto interval = std::max(std::exchange(last_interval_, config_.interval), config_.interval);
  if (!before || began.boot - before->boot <= kMissedCycles * interval) return;
  for (uint32_t i = 0; i < list_.hosts.size(); ++i) {
    const Observation& seen = list_.hosts[i].seen;
    if (seen.last_check != kNever && seen.status != Status::kPaused) RecordGap(Watched(i), before->wall, began.wall);
  }
  outcome.events.push_back(MonitorEvent{now.wall, MonitorChange::kLate, before->wall});
}

void Judge::NoteVoidReasons(const CheckBatch& batch, Outcome& outcome) {
  VoidedChecks& voided = list_.monitor.voided;
  bool is_voided = false;
  for (const CheckBatch::Entry& entry : batch.entries) {
    if (entry.result.void_reason == VoidReason::kNone) continue;
    ++(voided.*TraitsOf(entry.result.void_reason).counter);
    ++outcome.void_checks[static_cast<size_t>(entry.result.void_reason)];
    is_voided = true;
  }
  if (is_voided) ++voided.rounds;
}

// Only a host that has answered before can have lost its way: one that never has may be a mistyped address.
bool Judge::is_kept_here(uint32_t subject) const {
  return contacts_[subject].reach == Contact::Reach::kKeptHere && is_host(subject) &&
         list_.hosts[subject].seen.last_good != kNever;
}

void Judge::NoteContact(uint32_t subject, const CheckResult& result) {
  using Reach = Contact::Reach;
  Contact& contact = contacts_[subject];
  contact.reach = Reach::kUnknown;
  if (result.refused_here || result.void_reason == VoidReason::kNotSent) contact.reach = Reach::kKeptHere;
  if (result.ok) contact.reach = Reach::kStayedHere;
  if (result.has_left) contact.reach = Reach::kSentOut;
  if (result.is_measured()) contact.is_good = result.ok;
}

WayOut Judge::WayOutOf(const CheckBatch& batch, const std::vector<uint32_t>& subjects, WallTime sent) const {
  using Reach = Contact::Reach;
  WayOut way;
  way.sent = sent;
  way.has_uplinks = !config_.uplinks.empty();
  for (size_t i = 0; i < subjects.size(); ++i) {
    const CheckResult& result = batch.entries[i].result;
    if (is_uplink(subjects[i]) && result.ok && result.is_measured()) way.uplink_answered_now = true;
  }
  for (const uint32_t subject : subjects_) {
    const Contact& contact = contacts_[subject];
    if (contact.reach == Reach::kSentOut) ++way.sent_out;
    if (contact.reach == Reach::kStayedHere) ++way.stayed_here;
    if (is_kept_here(subject)) ++way.kept_here;
    if (is_uplink(subject) && contact.is_good) ++(*contact.is_good ? way.uplinks_answered : way.uplinks_failed);
  }
  return way;
}

void Judge::NoteSelfCheck(const CheckBatch& batch, const std::vector<uint32_t>& subjects, const Moment& now,
                          Outcome& outcome) {
  // What a check that hung for long found out at its beginning says nothing of now.
  if (batch.started + config_.interval / 2 < youngest_batch_) return;
  youngest_batch_ = std::max(youngest_batch_, batch.started);
  bool is_any_sent = false, is_one_newly_kept = false;
  for (size_t i = 0; i < subjects.size(); ++i) {
    const uint32_t subject = subjects[i];
    if (subject == kGone) continue;
    const bool was_kept = is_kept_here(subject);
    NoteContact(subject, batch.entries[i].result);
    is_any_sent = is_any_sent || batch.entries[i].result.has_left;
    is_one_newly_kept = is_one_newly_kept || (is_kept_here(subject) && !was_kept);
  }
  // A cycle in which nothing could be sent, while those that were not due are thought to be reached: are they still?
  if (batch.is_cycle && is_one_newly_kept && !is_any_sent) AskThoseSentOut(outcome);

  const WayOut way = WayOutOf(batch, subjects, now.WallOf(batch.started));
  const auto change = self_check_.Record(way);
  if (change == SelfCheck::Change::kNone) return;
  const bool is_blind = change == SelfCheck::Change::kBlind;
  list_.monitor.state = is_blind ? WatchState::kBlind : WatchState::kWatching;
  list_.monitor.since = is_blind ? self_check_.blind_since() : way.sent;
  outcome.events.push_back(
      MonitorEvent{now.wall, is_blind ? MonitorChange::kBlind : MonitorChange::kSight, self_check_.blind_since()});
}

void Judge::AskThoseSentOut(Outcome& outcome) {
  for (size_t i = 0; i < subjects_.size(); ++i) {
    Contact& contact = contacts_[subjects_[i]];
    if (contact.reach != Contact::Reach::kSentOut) continue;
    contact.is_wanted_by_others = true;
    outcome.wanted_checks.push_back((*targets_)[i].id);
  }
}

void Judge::NoteMaintenance(WallTime now, Outcome& outcome) {
  std::set<std::string_view> groups;
  for (const auto& maintenance : config_.maintenance)
    if (is_open(maintenance.window, now)) groups.insert(maintenance.group);
  for (const uint32_t i : topology_.parents_first()) {
    const Host& host = list_.hosts[i];
    const auto parents = topology_.ParentsOf(i);
    const bool is_group_in = !groups.empty() && groups.contains(host.group);
    if (host.maintenance.empty() && parents.empty() && !host.seen.in_maintenance && !is_group_in) continue;
    // A host all of whose parents are in maintenance is cut off with them.
    const bool is_cut_off = !parents.empty() && std::all_of(parents.begin(), parents.end(), [&](uint32_t parent) {
      return list_.hosts[parent].seen.in_maintenance;
    });
    const bool is_in = is_cut_off || is_group_in || is_in_maintenance(host.maintenance, now);
    if (is_in == host.seen.in_maintenance) continue;
    RecordMaintenance(Watched(i), is_in, now);
    outcome.events.push_back(MaintenanceEvent{now, host.id, host.name, is_in});
  }
}

void Judge::JudgeHosts(const CheckBatch& batch, const std::vector<uint32_t>& subjects, const Moment& now,
                       Outcome& outcome) {
  // All answers before the first verdict: a child may stand before its parent in the batch.
  for (size_t i = 0; i < subjects.size(); ++i) {
    const CheckResult& result = batch.entries[i].result;
    if (!is_host(subjects[i]) || !result.is_measured()) continue;
    Observation& seen = list_.hosts[subjects[i]].seen;
    if (result.ok) {
      seen.last_good = now.WallOf(result.sent);
      contacts_[subjects[i]].last_answer = now.WallOf(batch.started);
    }
    if (result.ok || !self_check_.is_blind()) seen.status_current = result.ok;
  }
  for (size_t i = 0; i < subjects.size(); ++i) {
    if (!is_host(subjects[i])) continue;
    const CheckResult& result = batch.entries[i].result;
    // A failure of a check that was wanted for others says something about them; of the host itself it counts only in a
    // cycle.
    const bool was_for_others = std::exchange(contacts_[subjects[i]].is_wanted_by_others, false);
    if (was_for_others && !batch.is_cycle && !batch.is_scheduled && !result.ok && !self_check_.is_blind()) continue;
    Host& host = list_.hosts[subjects[i]];
    HostState& state = states_[subjects[i]];
    if (result.is_measured() && (result.ok || !self_check_.is_blind())) Measure(state.step, result);
    const bool was_outage = state.is_outage;
    AddEvent(host,
             RecordCheck(Watched(subjects[i]), result, now.WallOf(result.sent), LimitsOf(host, config_),
                         PathTo(subjects[i]), now.wall),
             now.wall, outcome);
    if (result.ok && result.is_measured() && EndAcknowledgement(host, state, was_outage))
      outcome.has_ended_acknowledgement = true;
  }
}

// Hosts at their threshold wait for an answer of an uplink and a parent that confirms the failure. The batch may have
// brought it; if not, these are checked at once, again after every cycle. So are parents that excuse a host and were
// not checked for longer than a cycle: do they still fail?
void Judge::SettleAwaiting(const CheckBatch& batch, const Moment& now, Outcome& outcome) {
  const WallTime started = now.WallOf(batch.started), long_ago = started - config_.interval * 3 / 2;
  std::set<uint32_t> parents;
  bool is_asking = false;
  for (uint32_t i = 0; i < list_.hosts.size(); ++i) {
    const Host& host = list_.hosts[i];
    const Limits limits = LimitsOf(host, config_);
    const bool was_checked = host.seen.last_check >= started;
    if (was_checked && host.seen.status == Status::kUnreachable)
      for (const uint32_t parent : topology_.ParentsOf(i))
        if (list_.hosts[parent].seen.last_check < long_ago) parents.insert(parent);
    if (!is_awaiting_confirmation(host.seen, limits)) continue;
    AddEvent(host, Confirm(Watched(i), limits, PathTo(i), now.wall), now.wall, outcome);
    if (!is_awaiting_confirmation(host.seen, limits)) continue;
    if (!was_checked && !batch.is_cycle) continue;
    is_asking = true;
    const auto its_parents = topology_.ParentsOf(i);
    parents.insert(its_parents.begin(), its_parents.end());
  }
  for (const uint32_t parent : parents) {
    contacts_[parent].is_wanted_by_others = true;
    outcome.wanted_checks.push_back(list_.hosts[parent].id);
  }
  if (!is_asking) return;
  for (const auto& address : config_.uplinks) outcome.wanted_checks.push_back(std::string(kUplinkPrefix) + address);
}

// A result counts for the host it was meant for, if that is still there and still checked in the same way.
std::vector<uint32_t> Judge::SubjectsOf(const CheckBatch& batch) const {
  std::vector<uint32_t> subjects;
  subjects.reserve(batch.entries.size());
  if (batch.targets == targets_) {
    for (const CheckBatch::Entry& entry : batch.entries) subjects.push_back(subjects_[entry.target]);
    return subjects;
  }
  std::unordered_map<std::string_view, size_t> now_watched;
  for (size_t i = 0; i < subjects_.size(); ++i) now_watched.emplace((*targets_)[i].id, i);
  for (const CheckBatch::Entry& entry : batch.entries) {
    const Target& target = (*batch.targets)[entry.target];
    const auto same = now_watched.find(target.id);
    const bool is_watched = same != now_watched.end() && (*targets_)[same->second] == target;
    subjects.push_back(is_watched ? subjects_[same->second] : kGone);
  }
  return subjects;
}

Path Judge::PathTo(uint32_t host) const {
  Path path{self_check_.is_blind(), self_check_.reason(), false, self_check_.last_answer()};
  const auto parents = topology_.ParentsOf(host);
  if (parents.empty()) return path;
  WallTime parent_answered = kNever;
  path.parents_failed = true;
  for (const uint32_t parent : parents) {
    const Observation& seen = list_.hosts[parent].seen;
    parent_answered = std::max(parent_answered, contacts_[parent].last_answer);
    if (seen.status_current != false) path.parents_failed = false;
  }
  path.last_answer = std::min(path.last_answer, parent_answered);
  return path;
}

void Judge::AddEvent(const Host& host, const std::optional<StatusChange>& change, WallTime now, Outcome& outcome) {
  if (!change) return;
  outcome.events.push_back(
      StatusEvent{now, host.id, host.name, change->from, change->to, change->since, change->reason});
}

}  // namespace linewatch
