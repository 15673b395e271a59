#include "monitord/monitor.h"

#include <malloc.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include "monitord/alert/alert_replay.h"
#include "monitord/net/answer_text.h"
#include "monitord/system/clock_watch.h"
#include "monitord/system/log.h"
#include "monitord/system/moment.h"
#include "monitord/verdict/event_replay.h"
#include "monitord/verdict/monitor_event_text.h"
#include "monitord/verdict/void_reason_traits.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// For a lock. Short, so that SIGTERM is obeyed within two seconds whoever holds it; the next turn tries again.
constexpr milliseconds kPatience{400};

}  // namespace

Monitor::Monitor(Options options, Config config, const std::string& config_fault, std::vector<Probing*> probings,
                 TrustStore& trust, std::shared_ptr<Inbox> inbox, std::span<const ChannelKind> channels, int signals)
    : options_(std::move(options)),
      settings_(options_.config, std::move(config), options_.folders, kPatience, notices_),
      config_(settings_.config()),
      probings_(std::move(probings)),
      trust_(trust),
      inbox_(std::move(inbox)),
      signals_(signals),
      record_keeper_(options_.folders, kPatience, notices_),
      requests_(options_.folders.requests(), kPatience),
      alerting_(options_.folders, channels),
      report_mailer_(options_.folders) {
  if (!config_fault.empty()) notices_.Put("config_broken", config_fault);
}

void Monitor::Run() {
  Start();
  while (is_running_) {
    // From here on only a signal ends the daemon: whatever a turn stumbles over, the next one tries again.
    try {
      Turn();
      notices_.Remove("internal_error");
    } catch (const std::exception& error) {
      notices_.Put("internal_error", "something unforeseen happened; the log says what", error.what());
    }
  }
  Stop();
}

void Monitor::Turn() {
  Wait();
  LoadEdits();
  mqtt_.KeepRunning();
  LookAtClock();
  if (std::exchange(is_reloading_, false)) service_manager_.Ready();
  if (const auto changed = inbox_->TakeChanged(); !changed.empty()) CheckNow(changed);
  TakeBatches();
  const Moment now = ReadClocks();
  if (record_keeper_.CloseStepWhenOver(judge_, now.wall)) is_changed_ = true;
  record_keeper_.TurnMonths(list_, judge_.states(), config_, now);
  Alert();
  const bool is_retry_due = record_keeper_.retry_at() && steady_clock::now() >= *record_keeper_.retry_at();
  if (is_changed_ || notices_.TakeChanged() || is_retry_due) Publish();
  // What is begun and cut off is sent again by the next run.
  if (is_running_) alerting_.Send(config_, ReadClocks());
}

void Monitor::Start() {
  const Moment now = ReadClocks();
  list_ = record_keeper_.Load(now);
  list_.monitor = {WatchState::kWatching, now.wall, list_.monitor.cycle, LINEWATCH_VERSION, {}, 0, {}};
  AlertReplay alerts(list_, config_);
  Replayed past = ReplayEvents(list_, record_keeper_.events(), config_, now.wall, &alerts);
  record_keeper_.Add(MonitorEvent{now.wall, MonitorChange::kStart, past.last_sign});
  record_keeper_.Add(alerting_.Start(list_, past.states, std::move(alerts.alerts()), record_keeper_.events(), now));
  judge_.Start(std::move(past), now);
  if (list_.revision == 0) list_.revision = 1;

  files_.Add(options_.folders.data);
  if (!options_.folders.live_is_data()) files_.Add(options_.folders.live);
  if (options_.config.parent_path() != options_.folders.data) files_.Add(options_.config.parent_path());
  open_cycles_.insert(probings_.begin(), probings_.end());
  // Before the first check: it is judged by the authorities that config.json names.
  UseConfig();
  settings_.ReadSecrets();
  WatchTargets();
  alerting_.TakeDueAlerts(list_, judge_.states(), judge_.topology(), config_, now);
  Publish();
  service_manager_.Ready();
  LogInfo("watching " + CountOf(list_.hosts.size(), "host") + " every " + std::to_string(config_.interval.count()) +
          " ms");
}

void Monitor::Stop() {
  service_manager_.Stopping();
  record_keeper_.Add(alerting_.Stop(list_, judge_.topology(), config_, ReadClocks()));
  record_keeper_.Add(MonitorEvent{WallNow(), MonitorChange::kStop, WallNow()});
  record_keeper_.CloseLastStep(judge_, WallNow());
  list_.monitor.state = WatchState::kStopped;
  list_.monitor.since = WallNow();
  record_keeper_.RequireCheckpoint();
  Publish();
  // What that brought to light: an alert about the writing itself, events of an edit by hand that it has taken over.
  record_keeper_.Add(alerting_.Stop(list_, judge_.topology(), config_, ReadClocks()));
  alerting_.Store(steady_clock::now());
  record_keeper_.WriteEvents();
  alerting_.Clean();
  record_keeper_.EndWriting(steady_clock::now());
  LogInfo("stopped");
}

bool Monitor::StopThreads() {
  // Each is asked to end, whatever becomes of the others.
  const bool has_mqtt_ended = mqtt_.Stop(), has_sending_ended = alerting_.StopSending();
  return report_mailer_.Stop() && has_mqtt_ended && has_sending_ended;
}

// Until checks have ended, a file has changed or a signal has come; at the latest when systemd wants a sign of life.
void Monitor::Wait() {
  constexpr milliseconds kLongest{5000};
  // Far beyond any scheduling delay: only a thread that is stuck is late by so much.
  constexpr milliseconds kLateness{10000};
  const auto is_alive = [&](const Probing* probing) { return probing->is_alive(kLateness); };
  if (std::all_of(probings_.begin(), probings_.end(), is_alive)) service_manager_.Alive();

  milliseconds wait = std::min(kLongest, service_manager_.alive_interval().value_or(kLongest));
  SteadyTime wake = alerting_.wake_at(config_);
  if (record_keeper_.retry_at()) wake = std::min(wake, *record_keeper_.retry_at());
  if (const auto left = wake - steady_clock::now(); left < wait)
    wait = std::max(std::chrono::ceil<milliseconds>(left), milliseconds(0));
  std::vector<pollfd> ready{
      {signals_, POLLIN, 0}, {files_.fd(), POLLIN, 0}, {alerting_.fd(), POLLIN, 0}, {inbox_->fd(), POLLIN, 0}};
  for (const Probing* probing : probings_) ready.push_back({probing->fd(), POLLIN, 0});
  if (poll(ready.data(), ready.size(), static_cast<int>(wait.count())) < 0 && errno != EINTR)
    throw std::system_error(errno, std::system_category(), "poll");
  if (ready[0].revents != 0) ReadSignals();
  if (ready[1].revents != 0) files_.Acknowledge();
}

void Monitor::ReadSignals() {
  signalfd_siginfo info{};
  while (read(signals_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGHUP) {
      service_manager_.Reloading();
      is_reloading_ = true;
      settings_.ForgetConfig();
    } else {
      is_running_ = false;
    }
  }
}

void Monitor::LoadEdits() {
  bool is_good = true;
  const std::function<void()> steps[] = {[this] { LoadConfig(); },
                                         [this] {
                                           if (settings_.ReadSecrets()) WatchTargets();
                                         },
                                         [this] { LoadRequests(); },
                                         [this] { is_changed_ = is_changed_ || record_keeper_.is_edited_by_others(); },
                                         [this] { record_keeper_.NoteSetAside({}); }};
  for (const auto& step : steps) {
    try {
      step();
    } catch (const std::system_error& error) {
      is_good = false;
      notices_.Put("read_failed", "cannot read the data folder: " + error.code().message(), error.what());
    }
  }
  if (is_good) notices_.Remove("read_failed");
}

void Monitor::LoadConfig() {
  if (!settings_.ReadConfig()) return;
  UseConfig();
  WatchTargets();
  alerting_.TryAll(steady_clock::now());
}

// Hands on what others than the rules need of it.
void Monitor::UseConfig() {
  dead_man_switch_.Use(config_.heartbeat_url);
  mqtt_.Use(config_.mqtt);
  notices_.PutWhile(trust_.Use(config_.ca_file), "ca_file_broken");
}

void Monitor::LoadRequests() {
  std::vector<std::string> ids;
  for (Request& request : requests_.Drain()) {
    switch (request.kind) {
      case Request::Kind::kTest:
        alerting_.SendTest(request, config_, ReadClocks());
        break;
      case Request::Kind::kHeartbeat:
        TakeHeartbeat(request, ReadClocks());
        break;
      case Request::Kind::kCheck:
        ids.push_back(std::move(request.host));
        break;
    }
  }
  if (!ids.empty()) CheckNow(ids);
}

void Monitor::TakeHeartbeat(const Request& request, const Moment& now) {
  // By clocks that may have been set between the two: it came at most a day ago, and not later than now.
  const auto age =
      std::clamp<std::chrono::microseconds>(now.wall - request.t, std::chrono::microseconds(0), std::chrono::days(1));
  std::string reason;
  if (request.is_down) reason = request.msg.empty() ? "reported down" : "reported down: " + AnswerText(request.msg);
  inbox_->Put(request.host, {now.steady - age, !request.is_down, std::move(reason), request.ms, request.is_begin});
}

void Monitor::CheckNow(const std::vector<std::string>& ids) {
  for (Probing* probing : probings_) probing->CheckNow(ids);
}

// Tells the probing what there is to watch, after every change of settings.
void Monitor::WatchTargets() {
  Judge::Outcome outcome;
  auto targets = judge_.TakeSettings(ReadClocks(), outcome);
  Take(std::move(outcome));
  inbox_->Watch(*targets, steady_clock::now());
  mqtt_.Watch(*targets);
  for (Probing* probing : probings_) {
    auto own = std::make_shared<std::vector<Target>>();
    for (const Target& target : *targets)
      if (probing->has_kind(target.kind)) own->push_back(target);
    if (own->empty() && !probing->delivers_empty_cycles()) open_cycles_.erase(probing);
    const bool has_all = own->size() == targets->size();
    probing->SetTargets(has_all ? targets : std::move(own), config_.interval);
  }
}

void Monitor::LookAtClock() {
  // After a boot the time is set within a minute, where there is somebody to set it.
  constexpr std::chrono::minutes kTimeToSync{2};
  if (is_clock_synchronised()) {
    synchronised_ = steady_clock::now();
    notices_.Remove(kClockUnsynchronised);
  } else if (steady_clock::now() - synchronised_ >= kTimeToSync) {
    notices_.Put(kClockUnsynchronised,
                 "the clock of this machine is not synchronised: times may be wrong; timedatectl says more");
  }
  Judge::Outcome outcome;
  judge_.LookAtClock(ReadClocks(), outcome);
  if (!outcome.events.empty()) Take(std::move(outcome));
}

void Monitor::TakeBatches() {
  for (Probing* probing : probings_)
    while (const auto batch = probing->Take()) {
      Record(*batch);
      if (!batch->ends_cycle || open_cycles_.erase(probing) == 0 || !open_cycles_.empty()) continue;
      malloc_trim(0);  // the start is over: what it took lies between what stays
    }
  if (options_.once && open_cycles_.empty()) is_running_ = false;
}

void Monitor::Record(const CheckBatch& batch) {
  const Moment now = ReadClocks();
  Judge::Outcome outcome;
  judge_.Take(batch, now, outcome);
  for (size_t i = 0; i < kVoidReasons; ++i) void_checks_[i] += outcome.void_checks[i];
  if (batch.is_cycle) {
    NoteVoidChecks(batch);
    cycle_started_ = batch.started;
  }
  Take(std::move(outcome));
  alerting_.TakeDueAlerts(list_, judge_.states(), judge_.topology(), config_, now);
}

void Monitor::Take(Judge::Outcome&& outcome) {
  if (outcome.clock_step) alerting_.ShiftTimes(*outcome.clock_step);
  for (Event& event : outcome.events) {
    if (const auto* monitor = std::get_if<MonitorEvent>(&event)) {
      LogWarning(TextOf(*monitor));
      // A start tells by their times what it knows already: no list by the old time may be left for it.
      if (monitor->state == MonitorChange::kClock) record_keeper_.RequireCheckpoint();
      if (monitor->state == MonitorChange::kSight) alerting_.NotifyOfBlindness(monitor->since, config_, ReadClocks());
    }
    record_keeper_.Add(std::move(event));
  }
  if (outcome.has_ended_acknowledgement) record_keeper_.RequireCheckpoint();
  if (!outcome.wanted_checks.empty()) CheckNow(outcome.wanted_checks);
  is_changed_ = true;
}

void Monitor::NoteVoidChecks(const CheckBatch& batch) {
  const auto note_while = [this](bool is_so, const Advice& advice) {
    notices_.PutWhile(is_so ? std::optional<std::string>(advice.message) : std::nullopt, advice.code);
  };
  note_while(batch.is_neighbour_table_full, kNeighbourTableFull);
  for (size_t i = 1; i < kVoidReasons; ++i)
    note_while(void_checks_[i] > 0, TraitsOf(static_cast<VoidReason>(i)).advice);
  void_checks_ = {};
}

void Monitor::Alert() {
  const Moment now = ReadClocks();
  alerting_.NoteSelfCheck(judge_.self_check(), now);
  auto events = alerting_.Turn(list_, judge_.topology(), config_, now);
  if (!options_.once)
    if (auto report = report_mailer_.Take(config_, now.wall))
      events.push_back(alerting_.QueueReport(*std::move(report), now));
  for (const auto& [channel, moved] : alerting_.TakeMoved())
    if (const auto kind = ChannelNamed(channel); kind && settings_.TakeOver(*kind, moved.setting, moved.from, moved.to))
      events.emplace_back(EditEvent{now.wall, "", EditAction::kConfig, "", {channel}});
  if (!events.empty()) is_changed_ = true;
  record_keeper_.Add(std::move(events));
  notices_.PutWhile(dead_man_switch_.Review(), "heartbeat_failed");
}

// Messages first, for an event says that they are safe.
void Monitor::Publish() {
  is_changed_ = false;
  if (cycle_started_ != SteadyTime{}) {
    list_.monitor.cycle = std::chrono::duration_cast<milliseconds>(steady_clock::now() - cycle_started_);
    cycle_started_ = {};
  }
  list_.monitor.notices = notices_.all();
  notices_.TakeChanged();
  alerting_.Store(steady_clock::now());
  record_keeper_.WriteEvents();
  alerting_.Clean();
  notices_.PutWhile(alerting_.outbox_failure(), "outbox_unwritable");
  HostStore::TakenOver taken = record_keeper_.WriteList(list_, judge_, config_.checkpoint, steady_clock::now());
  if (taken.is_edited) {
    judge_.FollowEdit(taken.origins);
    alerting_.FollowEdit(taken.origins);
    WatchTargets();
  }
  record_keeper_.Add(std::move(taken.events));
  record_keeper_.NoteSetAside(taken.findings);
  record_keeper_.WriteHistory(WallNow());
  auto failure = record_keeper_.EndWriting(steady_clock::now());
  if (failure) *failure += " in " + options_.folders.data.string();
  alerting_.NotifyOfWriting(failure, config_, ReadClocks());
  service_manager_.Status(CountOf(list_.hosts.size(), "host"));
}

}  // namespace linewatch
