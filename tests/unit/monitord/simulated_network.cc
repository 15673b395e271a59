#include "tests/unit/monitord/simulated_network.h"

#include <algorithm>
#include <utility>

#include "monitord/alert/alert_policy.h"
#include "monitord/alert/alert_replay.h"
#include "store/host_json.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {

using namespace std::chrono_literals;

Network::Network() {
  config.interval = 10s;
  config.fail_threshold = 3;
}

Network::Network(const std::vector<Wiring>& hosts, int cycles) : Network() {
  for (const Wiring& host : hosts) {
    if (host.id == "uplink") {
      AddUplink();
    } else {
      Add(host.id, host.parents);
    }
  }
  Start();
  Quiet(cycles);
}

Host& Network::Add(const std::string& id, std::vector<std::string> parents) {
  Host host;
  host.id = host.name = id;
  host.ip = "10.0.0." + std::to_string(list.hosts.size() + 1);
  host.parents = std::move(parents);
  list.hosts.push_back(host);
  return list.hosts.back();
}

void Network::Start(WallTime last_sign) {
  Start(Past{{last_sign, HostStates(list.hosts.size())}, AlertStates(list.hosts.size())});
}

void Network::Start(Past past) {
  alert_states = std::move(past.alerts);
  for (size_t i = 0; i < list.hosts.size(); ++i)
    RestoreAlertState({list.hosts[i].seen, past.replayed.states[i]}, alert_states[i], now.wall);
  judge.emplace(list, config, secrets).Start(std::move(past.replayed), now);
  cycles_ = 0;
  TakeSettings();
}

void Network::Restart(std::chrono::microseconds pause, std::chrono::microseconds behind) {
  RestartFrom(HostsJson(), {}, pause, behind);
}

void Network::RestartFrom(const std::string& hosts_json, const std::vector<AlertEvent>& outbox,
                          std::chrono::microseconds pause, std::chrono::microseconds behind) {
  Pass(pause);
  now.wall -= behind;
  Past past = ReadPast(hosts_json, now.wall, list);
  for (const AlertEvent& event : outbox)
    for (const NotifiedAlert& one : event.alerts) RestoreNotified(list, past.alerts, one, event.t);
  events.emplace_back(MonitorEvent{now.wall, MonitorChange::kStart, past.replayed.last_sign});
  wanted_checks.clear();
  digest = {};
  Start(std::move(past));
  NotifyDue();
}

std::string Network::HostsJson() const {
  return JsonText([&](JsonWriter& out) { WriteHostList(out, list); });
}

Network::Past Network::ReadPast(const std::string& hosts_json, WallTime at, HostList& read) const {
  read = {};
  bool was_array = false;
  ReadHostList(
      hosts_json, [](const auto&, size_t) { return true; }, read, was_array);
  TempDir folder;
  const EventLog log(folder / "events");
  log.Append(events);
  AlertReplay listener(read, config);
  Replayed replayed = ReplayEvents(read, log, config, at, &listener);
  return {std::move(replayed), std::move(listener.alerts())};
}

void Network::TakeSettings() {
  Judge::Outcome outcome;
  targets = judge->TakeSettings(now, outcome);
  Keep(std::move(outcome));
}

void Network::Follow(const HostOrigins& origins) {
  judge->FollowEdit(origins);
  FollowHosts(alert_states, origins);
  TakeSettings();
}

void Network::Cycle(const Fates& fates) {
  const SteadyTime next = now.steady + config.interval;
  RunBatch(fates, {}, true);
  auto then = fates;
  for (const auto& [id, fate] : fates_when_asked) then[id] = fate;
  for (int i = 0; i < 3 && !wanted_checks.empty(); ++i) RunBatch(then, std::exchange(wanted_checks, {}), false);
  Pass(std::chrono::duration_cast<std::chrono::microseconds>(next - now.steady));
}

void Network::Cycles(int count, const Fates& fates) {
  for (int i = 0; i < count; ++i) Cycle(fates);
}

CheckBatch Network::BeginCycle() const {
  CheckBatch batch;
  batch.targets = targets;
  batch.is_cycle = true;
  batch.started = now.steady;
  batch.started_since_boot = now.boot;
  return batch;
}

void Network::EndHanging(const std::string& id, SteadyTime started) {
  CheckBatch part;
  part.targets = targets;
  part.started = started;
  part.started_since_boot = now.boot - (now.steady - started);
  for (uint32_t i = 0; i < targets->size(); ++i)
    if ((*targets)[i].id == id) part.entries.push_back({i, {}});
  part.entries[0].result.sent = started;
  part.entries[0].result.has_left = true;
  part.entries[0].result.reason = "no answer within 9 s";
  Judge::Outcome outcome;
  judge->Take(part, now, outcome);
  Keep(std::move(outcome));
}

void Network::Pass(std::chrono::microseconds time) {
  now.wall += time;
  now.steady += time;
  now.boot += time;
}

CheckResult Network::ResultOf(char letter, SteadyTime sent) const {
  CheckResult result;
  result.sent = sent;
  result.ok = letter == 'g' || letter == 's';
  result.has_left = result.ok || letter == 'b';
  result.refused_here = letter == 'x';
  if (letter == 'v') result.void_reason = VoidReason::kLate;
  if (result.ok) result.rtt_ms = letter == 's' ? 500 : 10;
  if (!result.ok) result.reason = letter == 'x' ? "cannot send: Network is unreachable" : "no answer within 1 s";
  return result;
}

void Network::RunBatch(const Fates& fates, const std::vector<std::string>& only, bool is_cycle) {
  CheckBatch batch = BeginCycle();
  batch.is_cycle = is_cycle;
  for (uint32_t i = 0; i < targets->size(); ++i) {
    const std::string& id = (*targets)[i].id;
    if (!only.empty() && std::find(only.begin(), only.end(), id) == only.end()) continue;
    if (is_cycle && cycles_ % ((*targets)[i].interval / config.interval) != 0) continue;
    const auto fate = fates.find(id.starts_with("uplink/") ? "uplink" : id);
    batch.entries.push_back({i, ResultOf(fate == fates.end() ? 'g' : fate->second, now.steady + i * spread)});
  }
  if (is_cycle) ++cycles_;
  Pass(1s);
  now.wall += sleep;
  now.boot += sleep;
  Judge::Outcome outcome;
  judge->Take(batch, now, outcome);
  Keep(std::move(outcome));
  NotifyDue();
}

void Network::NotifyDue() {
  for (size_t i = 0; i < list.hosts.size(); ++i)
    if (auto due = TakeDueAlert(list.hosts[i], judge->states()[i], alert_states[i], config.email_cooldown, now.wall))
      digest.Add(*std::move(due), now.steady);
  if (const auto due_at = digest.due_at(digest_window); due_at && now.steady >= *due_at) Queue();
}

void Network::Queue() {
  const auto alerts = digest.Take(list, judge->topology());
  AlertEvent event{now.wall, "log", "", {}, {AlertOutcome::kLogged}, NotifiedAlertsOf(alerts)};
  for (const NotifiedAlert& one : event.alerts) {
    notified += std::string(notified.empty() ? "" : ", ") + LetterOf(one.kind) + " " + one.host;
    event.hosts.push_back(one.host);
    Host& host = *list.Find(one.host);
    MarkNotified(host.seen, alert_states[IndexOf(host)], now.wall);
  }
  events.emplace_back(std::move(event));
  queued.insert(queued.end(), alerts.begin(), alerts.end());
}

void Network::Keep(Judge::Outcome&& outcome) {
  if (outcome.clock_step)
    for (auto& alert : alert_states)
      if (alert) ForEachClockTime(*alert, *outcome.clock_step);
  for (auto& event : outcome.events) events.push_back(std::move(event));
  has_ended_acknowledgement = has_ended_acknowledgement || outcome.has_ended_acknowledgement;
  for (auto& wanted : outcome.wanted_checks) wanted_checks.push_back(std::move(wanted));
}

char LetterOf(AlertKind kind) { return "DRFSdn"[static_cast<size_t>(kind)]; }

}  // namespace linewatch
