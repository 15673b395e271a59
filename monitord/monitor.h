// The daemon's loop: load, record, alert, publish, wait. The probing goes on beside it, in a thread of its own.
#ifndef LINEWATCH_MONITORD_MONITOR_H_
#define LINEWATCH_MONITORD_MONITOR_H_

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "monitord/alert/alerting.h"
#include "monitord/alert/report_mailer.h"
#include "monitord/net/trust_store.h"
#include "monitord/notify/dead_man_switch.h"
#include "monitord/notify/notifier.h"
#include "monitord/probe/inbound/inbox.h"
#include "monitord/probe/inbound/mqtt_subscriber.h"
#include "monitord/probe/probing.h"
#include "monitord/system/file_watch.h"
#include "monitord/system/service_manager.h"
#include "monitord/verdict/recorder.h"
#include "store/config.h"
#include "store/history_log.h"
#include "store/host_store.h"
#include "store/request_queue.h"
#include "store/secrets.h"

namespace linewatch {

class Monitor {
 public:
  struct Options {
    std::filesystem::path config;
    Folders folders;
    bool once = false;  // one whole cycle, then the end
  };
  // `signals` is a signalfd for SIGTERM, SIGINT and SIGHUP. `config` was loaded from options.config; `config_fault`
  // says why not, if it was the generation before that was loaded.
  // Each of `probings` makes checks of other kinds.
  Monitor(Options options, Config config, const std::string& config_fault, std::vector<Probing*> probings,
          TrustStore& trust, std::shared_ptr<Inbox> inbox, std::span<const ChannelKind> channels, int signals);

  // Until SIGTERM or SIGINT, or the end of the cycle of --once. What goes wrong is logged, shown and tried again.
  void Run();

  // After Run: ends what goes on in threads of its own. False if one is under way still, with a message to a server, a
  // connection to a broker or a report.
  bool StopThreads() {
    const bool is_over = mqtt_.Stop() && alerting_.StopSending();
    return is_over && report_mailer_.Stop();
  }

 private:
  void Start();
  void Stop();
  void Wait();
  void ReadSignals();

  void LoadEdits();
  void LoadConfig();
  void LoadSecrets();
  void UseConfig();
  void LoadRequests();
  void TakeHeartbeat(const Request& request, const Moment& now);
  void WatchTargets();
  void CheckNow(const std::vector<std::string>& ids);
  void LookAtClock();
  void KeepRecord();
  void KeepHistory();
  void WriteHistory();

  void TakeBatches();
  void Record(const CheckBatch& batch);
  void Take(Recorder::Outcome&& outcome);
  void NoteVoidChecks(const CheckBatch& batch);
  void Alert();
  void Publish();
  void PublishList();
  struct Failure {
    std::string code, message, for_the_log, reason;
  };
  static std::optional<Failure> Attempt(const std::function<void()>& write);

  void TellSetAside(const Findings& findings);
  void Add(Event event);
  void AddAll(std::vector<Event> events);
  void Note(const std::string& code, const std::string& message, const std::string& only_for_the_log = "");
  void NoteWhile(const std::optional<std::string>& message, const std::string& code);
  void Clear(const std::string& code);

  const Options options_;
  Config config_;
  FileIdentity config_seen_;
  const std::vector<Probing*> probings_;
  TrustStore& trust_;
  const std::shared_ptr<Inbox> inbox_;
  const int signals_;
  HostStore store_;
  SecretStore secret_store_;
  std::optional<FileIdentity> secrets_seen_;
  EventLog events_;
  HistoryLog history_;
  RequestQueue requests_;
  FileWatch files_;
  ServiceManager service_manager_;
  Alerting alerting_;
  ReportMailer report_mailer_;
  DeadManSwitch dead_man_switch_;
  MqttSubscriber mqtt_{inbox_};

  HostList list_;
  Secrets secrets_;
  Recorder recorder_{list_, config_, secrets_};
  std::vector<Event> unwritten_;  // events that wait for the disk
  std::vector<HistoryStep> unwritten_steps_;
  WallTime step_begin_ = kNever;  // of the one that is open
  bool is_roll_up_due_ = true;
  std::string set_aside_story_;  // what was set aside in this run, and why
  SteadyTime last_checkpoint_;
  std::chrono::year_month snapshot_month_;  // of which the events have one
  std::optional<SteadyTime> last_removal_;  // of old events
  SteadyTime cycle_started_;
  std::array<size_t, kVoidReasons> void_checks_{};  // checks that were void since the last cycle, by flaw
  std::set<const Probing*> open_cycles_;            // that have something to check, and did not end a cycle yet
  SteadyTime synchronised_ = std::chrono::steady_clock::now();  // when the clock last was
  std::optional<SteadyTime> retry_at_;                          // of a write that failed
  bool is_changed_ = false;                                     // something to publish
  bool is_durable_due_ = true;
  bool is_reloading_ = false;  // systemd waits for Ready
  bool is_running_ = true;
};

}  // namespace linewatch

#endif
