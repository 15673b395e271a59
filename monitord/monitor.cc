#include "monitord/monitor.h"

#include <malloc.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "monitord/alert/alert_replay.h"
#include "monitord/net/answer_text.h"
#include "monitord/notices.h"
#include "monitord/system/clock_watch.h"
#include "monitord/system/config_file.h"
#include "monitord/system/log.h"
#include "monitord/system/moment.h"
#include "monitord/verdict/measurements.h"
#include "monitord/verdict/snapshot.h"
#include "monitord/verdict/uptime_replay.h"
#include "store/calendar.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// For a lock. Short, so that SIGTERM is obeyed within two seconds whoever holds it; the next turn tries again.
constexpr milliseconds kPatience{400};

constexpr milliseconds kRetryAfter{1000};  // after a write that failed

constexpr std::chrono::hours kRemoveEvery{24};  // what is past retention_days

// A disk that is gone for a day: what happened last is kept.
constexpr size_t kMostUnwritten = 100000;
constexpr size_t kMostUnwrittenSteps = 12;  // an hour of the history

}  // namespace

Monitor::Monitor(Options options, Config config, const std::string& config_fault, std::vector<Probing*> probings,
                 TrustStore& trust, std::shared_ptr<Inbox> inbox, std::span<const ChannelKind> channels, int signals)
    : options_(std::move(options)),
      config_(std::move(config)),
      config_seen_(IdentityOf(options_.config)),
      probings_(std::move(probings)),
      trust_(trust),
      inbox_(std::move(inbox)),
      signals_(signals),
      store_(options_.folders, kPatience),
      secret_store_(options_.folders.secrets()),
      events_(options_.folders.events(), kPatience),
      history_(options_.folders.history(), kPatience),
      requests_(options_.folders.requests(), kPatience),
      alerting_(options_.folders, channels),
      report_mailer_(options_.folders) {
  if (!config_fault.empty()) Note("config_broken", config_fault);
}

void Monitor::Run() {
  Start();
  while (is_running_) {
    // From here on only a signal ends the daemon: whatever a turn stumbles over, the next one tries again.
    try {
      Wait();
      LoadEdits();
      LookAtClock();
      if (std::exchange(is_reloading_, false)) service_manager_.Ready();
      if (const auto changed = inbox_->TakeChanged(); !changed.empty()) CheckNow(changed);
      TakeBatches();
      KeepHistory();
      KeepRecord();
      Alert();
      if (is_changed_ || (retry_at_ && steady_clock::now() >= *retry_at_)) Publish();
      // What is begun and cut off is sent again by the next run.
      if (is_running_) alerting_.Send(config_, ReadClocks());
      Clear("internal_error");
    } catch (const std::exception& error) {
      Note("internal_error", "something unforeseen happened; the log says what", error.what());
    }
  }
  Stop();
}

void Monitor::Start() {
  Findings findings;
  std::vector<Notice> notices = std::move(list_.monitor.notices);
  list_ = store_.Load(findings);
  const Moment now = ReadClocks();
  list_.monitor = {"watching", now.wall, list_.monitor.cycle, LINEWATCH_VERSION, std::move(notices), 0, {}};
  Clear("events_unreadable");
  events_.SkipUnreadable([this](const std::string& why) {
    Note("events_unreadable",
         "a file of events/ cannot be read: reports and uptimes lack what is in it, and it may be told twice of what "
         "was told already. Give the file back to the owner of its folder, or move it away: " +
             why);
  });
  AlertReplay alerts(list_, config_);
  Replayed past = ReplayEvents(list_, events_, config_, now.wall, &alerts);
  Add(MonitorEvent{now.wall, "start", past.last_sign});
  AddAll(alerting_.Start(list_, past.states, std::move(alerts.alerts()), events_, now));
  recorder_.Start(std::move(past), now);
  if (events_.has_snapshot(now.wall)) snapshot_month_ = FileMonthOf(now.wall);
  TellSetAside(findings);
  if (list_.revision == 0) list_.revision = 1;

  files_.Add(options_.folders.data);
  if (!options_.folders.live_is_data()) files_.Add(options_.folders.live);
  if (options_.config.parent_path() != options_.folders.data) files_.Add(options_.config.parent_path());
  open_cycles_.insert(probings_.begin(), probings_.end());
  // Before the first check: it is judged by the authorities that config.json names.
  UseConfig();
  LoadSecrets();
  WatchTargets();
  alerting_.TakeDueAlerts(list_, recorder_.states(), recorder_.topology(), config_, now);
  Publish();
  service_manager_.Ready();
  LogInfo("watching " + CountOf(list_.hosts.size(), "host") + " every " + std::to_string(config_.interval.count()) +
          " ms");
}

void Monitor::Stop() {
  service_manager_.Stopping();
  AddAll(alerting_.Stop(list_, recorder_.topology(), config_, ReadClocks()));
  Add(MonitorEvent{WallNow(), "stop", WallNow()});
  if (step_begin_ != kNever) unwritten_steps_.push_back(recorder_.CloseStep(step_begin_, WallNow()));
  list_.monitor.state = "stopped";
  list_.monitor.since = WallNow();
  is_durable_due_ = true;
  Publish();
  LogInfo("stopped");
}

// Until a round has ended, a file has changed or a signal has come; at the latest when systemd wants a sign of life.
void Monitor::Wait() {
  constexpr milliseconds kLongest{5000};
  // Far beyond any scheduling delay: only a thread that is stuck is late by so much.
  constexpr milliseconds kLateness{10000};
  const auto is_alive = [&](const Probing* probing) { return probing->is_alive(kLateness); };
  if (std::all_of(probings_.begin(), probings_.end(), is_alive)) service_manager_.Alive();

  milliseconds wait = std::min(kLongest, service_manager_.alive_interval().value_or(kLongest));
  if (retry_at_) wait = std::min(wait, kRetryAfter);
  const auto until_alert = alerting_.wake_at(config_) - steady_clock::now();
  if (until_alert < wait) wait = std::max(std::chrono::ceil<milliseconds>(until_alert), milliseconds(0));
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
      config_seen_ = {};  // looks changed
    } else {
      is_running_ = false;
    }
  }
}

void Monitor::LoadEdits() {
  bool is_good = true;
  const std::function<void()> steps[] = {
      [this] { LoadConfig(); }, [this] { LoadSecrets(); }, [this] { LoadRequests(); },
      [this] { is_changed_ = is_changed_ || store_.changed(); }, [this] { TellSetAside({}); }};
  for (const auto& step : steps) {
    try {
      step();
    } catch (const std::system_error& error) {
      is_good = false;
      Note("read_failed", "cannot read the data folder: " + error.code().message(), error.what());
    }
  }
  if (is_good) Clear("read_failed");
}

void Monitor::LoadConfig() {
  const FileIdentity found = IdentityOf(options_.config);
  if (found == config_seen_) return;
  config_seen_ = found;
  auto [config, fault] = LoadConfigFile(options_.config);
  if (!config) {
    Note("config_broken", fault + "; the last good settings go on");
    return;
  }
  Clear("config_broken");
  config_ = *std::move(config);
  KeepGoodConfig(options_.config, options_.folders.lock(), kPatience);
  UseTimeZone(config_);
  UseConfig();
  WatchTargets();
  alerting_.TryAll(steady_clock::now());
  LogInfo("config.json is loaded");
}

void Monitor::LoadSecrets() {
  constexpr const char* kGoOn = "; those that were read before go on";
  try {
    const FileIdentity found = secret_store_.identity();
    if (found == secrets_seen_) return;
    secrets_seen_ = found;
    secrets_ = secret_store_.Read();
    Clear("secrets_broken");
    WatchTargets();
  } catch (const BrokenSecrets& error) {
    Note("secrets_broken", std::string(error.what()) + kGoOn);
  } catch (const std::system_error& error) {
    secrets_seen_.reset();  // who may read it again does not change it
    Note("secrets_broken", "secrets.json could not be read: " + error.code().message() + kGoOn, error.what());
  }
}

// Hands on what others than the rules need of it.
void Monitor::UseConfig() {
  dead_man_switch_.Use(config_.heartbeat_url);
  mqtt_.Use(config_.mqtt);
  NoteWhile(trust_.Use(config_.ca_file), "ca_file_broken");
}

void Monitor::LoadRequests() {
  std::vector<std::string> ids;
  for (Request& request : requests_.Drain()) {
    switch (request.kind) {
      case Request::Kind::kTest:
        alerting_.SendTest(request, config_, ReadClocks());
        break;
      case Request::Kind::kPush:
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
  inbox_->Put(request.host, {now.steady - age, !request.is_down, std::move(reason), request.ms});
}

void Monitor::CheckNow(const std::vector<std::string>& ids) {
  for (Probing* probing : probings_) probing->CheckNow(ids);
}

// Tells the probing what there is to watch, after every change of settings.
void Monitor::WatchTargets() {
  Recorder::Outcome outcome;
  auto targets = recorder_.TakeSettings(ReadClocks(), outcome);
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
    Clear(std::string(kClockUnsynchronised));
  } else if (steady_clock::now() - synchronised_ >= kTimeToSync) {
    Note(std::string(kClockUnsynchronised),
         "the clock of this machine is not synchronised: times may be wrong; timedatectl says more");
  }
  Recorder::Outcome outcome;
  recorder_.LookAtClock(ReadClocks(), outcome);
  if (!outcome.events.empty()) Take(std::move(outcome));
}

// Five minutes are over: what was measured in them is to be written.
void Monitor::KeepHistory() {
  const WallTime now = WallNow(), begin = StepOf(now);
  if (step_begin_ == kNever) step_begin_ = begin;
  if (begin == step_begin_) return;
  if (unwritten_steps_.size() == kMostUnwrittenSteps) unwritten_steps_.erase(unwritten_steps_.begin());
  unwritten_steps_.push_back(recorder_.CloseStep(step_begin_, now));
  step_begin_ = begin;
  is_changed_ = true;
}

void Monitor::WriteHistory() {
  if (!unwritten_steps_.empty()) {
    history_.Append(unwritten_steps_);
    unwritten_steps_.clear();
    is_roll_up_due_ = true;
  }
  if (!std::exchange(is_roll_up_due_, false)) return;
  try {
    history_.RollUp(WallNow());
  } catch (...) {
    is_roll_up_due_ = true;
    throw;
  }
}

// Every month of the record begins with what is known then, and months that are too old are given up. The clock may
// also have been set into another month: what it says of the hosts may be old, then.
void Monitor::KeepRecord() {
  const WallTime now = WallNow();
  if (std::exchange(snapshot_month_, FileMonthOf(now)) != FileMonthOf(now))
    Add(SnapshotOf(list_, recorder_.states(), now));
  if (last_removal_ && steady_clock::now() - *last_removal_ < kRemoveEvery) return;
  last_removal_ = steady_clock::now();
  if (!is_clock_synchronised()) return;
  history_.RemoveOld(std::chrono::days(config_.retention_days), now);
  if (const int removed = events_.RemoveOld(std::chrono::days(config_.retention_days), now); removed > 0)
    LogInfo("events past retention_days are removed: " + CountOf(removed, "month"));
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
  Recorder::Outcome outcome;
  recorder_.Record(batch, now, outcome);
  for (size_t i = 0; i < kVoidReasons; ++i) void_checks_[i] += outcome.void_checks[i];
  if (batch.is_cycle) {
    NoteVoidChecks(batch);
    cycle_started_ = batch.started;
  }
  Take(std::move(outcome));
  alerting_.TakeDueAlerts(list_, recorder_.states(), recorder_.topology(), config_, now);
}

void Monitor::Take(Recorder::Outcome&& outcome) {
  if (outcome.clock_step) alerting_.ShiftTimes(*outcome.clock_step);
  for (Event& event : outcome.events) {
    if (const auto* monitor = std::get_if<MonitorEvent>(&event)) {
      LogWarning(Describe(*monitor));
      // A start tells by their times what it knows already: no list by the old time may be left for it.
      if (monitor->state == "clock") is_durable_due_ = true;
      if (monitor->state == "sight") alerting_.NotifyOfBlindness(monitor->since, config_, ReadClocks());
    }
    Add(std::move(event));
  }
  if (outcome.has_ended_acknowledgement) is_durable_due_ = true;
  if (!outcome.wanted_checks.empty()) CheckNow(outcome.wanted_checks);
  is_changed_ = true;
}

void Monitor::NoteVoidChecks(const CheckBatch& batch) {
  const auto note_while = [this](bool is_so, const Advice& advice) {
    NoteWhile(is_so ? std::optional<std::string>(advice.message) : std::nullopt, advice.code);
  };
  note_while(batch.is_neighbour_table_full, kNeighbourTableFull);
  for (size_t i = 1; i < kVoidReasons; ++i) note_while(void_checks_[i] > 0, AdviceOn(static_cast<VoidReason>(i)));
  void_checks_ = {};
}

void Monitor::Alert() {
  const Moment now = ReadClocks();
  alerting_.NoteSelfCheck(recorder_.self_check(), now);
  auto events = alerting_.Turn(list_, recorder_.topology(), config_, now);
  if (!options_.once)
    if (auto report = report_mailer_.Take(config_, now.wall))
      events.push_back(alerting_.QueueReport(*std::move(report), now));
  if (!events.empty()) is_changed_ = true;
  AddAll(std::move(events));
  NoteWhile(dead_man_switch_.trouble(), "heartbeat_failed");
}

// Messages first, for an event says that they are safe; then events: what the dashboard shows is then not ahead of the
// record. A disk that takes no events does not keep the live list, which may be in memory, from being renewed. Whatever
// fails is tried again with the next turn.
void Monitor::Publish() {
  is_changed_ = false;
  if (cycle_started_ != SteadyTime{}) {
    list_.monitor.cycle = std::chrono::duration_cast<milliseconds>(steady_clock::now() - cycle_started_);
    cycle_started_ = {};
  }
  alerting_.Store(steady_clock::now());
  std::optional<Failure> failure = Attempt([this] {
    events_.Append(unwritten_);
    unwritten_.clear();
  });
  alerting_.Clean();
  NoteWhile(alerting_.trouble(), "outbox_unwritable");
  for (const auto& write : {&Monitor::PublishList, &Monitor::WriteHistory})
    if (const auto other = Attempt([&] { (this->*write)(); }); other && !failure) failure = other;
  if (!failure) {
    retry_at_.reset();
    for (const char* code : {"disk_full", "write_failed", "lock_held"}) Clear(code);
  } else {
    // Not at once: a failed try is itself noticed as a change in the folder.
    retry_at_ = steady_clock::now() + kRetryAfter;
    Note(failure->code, failure->message, failure->for_the_log);
  }
  // A lock that is held is a program that edits, or hangs: whoever edits sees it.
  const bool is_unwritable = failure && failure->code != "lock_held";
  alerting_.NotifyOfWriting(
      is_unwritable ? std::optional(failure->reason + " in " + options_.folders.data.string()) : std::nullopt, config_,
      ReadClocks());
  service_manager_.Status(CountOf(list_.hosts.size(), "host"));
}

std::optional<Monitor::Failure> Monitor::Attempt(const std::function<void()>& write) {
  try {
    write();
    return std::nullopt;
  } catch (const LockTimeout& error) {
    return Failure{"lock_held", "another program keeps hosts.json locked; what is seen stays in memory", error.what(),
                   "hosts.json is locked"};
  } catch (const std::system_error& error) {
    return Failure{WriteFailureCode(error.code()),
                   "cannot write to the data folder; what is seen stays in memory: " + error.code().message(),
                   error.what(), error.code().message()};
  }
}

void Monitor::PublishList() {
  HostStore::TakenOver taken;
  const auto take = [&] {
    if (taken.is_edited) {
      recorder_.FollowEdit(taken.origins);
      alerting_.FollowEdit(taken.origins);
      WatchTargets();
    }
    AddAll(std::move(taken.events));
    TellSetAside(taken.findings);
  };
  const SteadyTime now = steady_clock::now();
  if (now - last_checkpoint_ >= config_.checkpoint) is_durable_due_ = true;
  try {
    store_.Publish(list_, is_durable_due_ ? HostStore::Depth::kDurable : HostStore::Depth::kLive, taken,
                   [this](size_t host, const Acknowledgement& acknowledgement) {
                     return recorder_.is_over(host, acknowledgement);
                   });
  } catch (...) {
    is_durable_due_ = is_durable_due_ || taken.is_edited;
    take();  // the list has other hosts now, whether it could be written or not
    throw;
  }
  if (is_durable_due_) last_checkpoint_ = now;
  is_durable_due_ = false;
  take();
}

// As long as the files are there: whoever has seen to them takes them away.
void Monitor::TellSetAside(const Findings& findings) {
  for (const auto& finding : findings) LogWarning(finding);
  for (const auto& finding : findings) set_aside_story_ += (set_aside_story_.empty() ? "" : "; ") + finding;
  const auto files = store_.SetAside();
  if (files.empty()) {
    set_aside_story_.clear();
    Clear("file_set_aside");
    return;
  }
  const std::string story = set_aside_story_.empty() ? "an earlier fault was set aside" : set_aside_story_;
  Note("file_set_aside", story + ". When you have seen to it, remove " + files.back());
}

void Monitor::Add(Event event) {
  if (unwritten_.size() == kMostUnwritten) {
    LogError("too many events wait for the disk: the oldest are dropped");
    unwritten_.erase(unwritten_.begin(), unwritten_.begin() + kMostUnwritten / 10);
  }
  unwritten_.push_back(std::move(event));
}

void Monitor::AddAll(std::vector<Event> events) {
  for (Event& event : events) Add(std::move(event));
}

// What people must know until it is cleared; logged when it is new.
void Monitor::Note(const std::string& code, const std::string& message, const std::string& only_for_the_log) {
  auto& notices = list_.monitor.notices;
  const auto same = std::find_if(notices.begin(), notices.end(), [&](const Notice& n) { return n.code == code; });
  if (same != notices.end() && same->message == message) return;
  LogWarning(only_for_the_log.empty() ? message : message + " (" + only_for_the_log + ")");
  if (same != notices.end()) {
    same->message = message;
  } else {
    notices.push_back({code, message, WallNow()});
  }
  is_changed_ = true;
}

void Monitor::NoteWhile(const std::optional<std::string>& message, const std::string& code) {
  if (message) {
    Note(code, *message);
  } else {
    Clear(code);
  }
}

void Monitor::Clear(const std::string& code) {
  if (std::erase_if(list_.monitor.notices, [&](const Notice& n) { return n.code == code; }) > 0) is_changed_ = true;
}

}  // namespace linewatch
