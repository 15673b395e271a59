// The daemon's loop: wait, load, record, alert, publish. The probing goes on beside it, in threads of its own.
#ifndef LINEWATCH_MONITORD_MONITOR_H_
#define LINEWATCH_MONITORD_MONITOR_H_

#include <array>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "monitord/alert/alerting.h"
#include "monitord/alert/report_mailer.h"
#include "monitord/net/trust_store.h"
#include "monitord/notice_list.h"
#include "monitord/notify/dead_man_switch.h"
#include "monitord/notify/notifier.h"
#include "monitord/probe/inbound/inbox.h"
#include "monitord/probe/inbound/mqtt_subscriber.h"
#include "monitord/probe/probing.h"
#include "monitord/record_keeper.h"
#include "monitord/settings_reader.h"
#include "monitord/system/file_watch.h"
#include "monitord/system/service_manager.h"
#include "monitord/verdict/judge.h"
#include "store/config.h"
#include "store/host_store.h"
#include "store/request_queue.h"

namespace linewatch {

class Monitor {
 public:
  struct Options {
    std::filesystem::path config;
    Folders folders;
    bool once = false;  // one whole cycle, then the end
  };
  // `config` was loaded from options.config; `config_fault` says why not, if it was the generation before that was
  // loaded. Each of `probings` makes checks of other kinds. `signals` is a signalfd for SIGTERM, SIGINT and SIGHUP.
  // What is handed over by reference or pointer outlives this.
  Monitor(Options options, Config config, const std::string& config_fault, std::vector<Probing*> probings,
          TrustStore& trust, std::shared_ptr<Inbox> inbox, std::span<const ChannelKind> channels, int signals);

  // Until SIGTERM or SIGINT, or the end of the cycle of --once. What goes wrong is logged, shown and tried again.
  void Run();

  // After Run: ends what goes on in threads of its own. False if one is still under way, with a message to a server, a
  // connection to a broker or a report.
  bool StopThreads();

 private:
  void Start();
  void Stop();
  void Turn();
  void Wait();
  void ReadSignals();

  void LoadEdits();
  void LoadConfig();
  void LoadRequests();
  void TakeHeartbeat(const Request& request, const Moment& now);
  void UseConfig();
  void WatchTargets();
  void CheckNow(const std::vector<std::string>& ids);
  void LookAtClock();

  void TakeBatches();
  void Record(const CheckBatch& batch);
  void NoteVoidChecks(const CheckBatch& batch);
  void Take(Judge::Outcome&& outcome);
  void Alert();
  void Publish();

  const Options options_;
  NoticeList notices_;
  SettingsReader settings_;
  const Config& config_;  // of settings_
  const std::vector<Probing*> probings_;
  TrustStore& trust_;
  const std::shared_ptr<Inbox> inbox_;
  const int signals_;
  RecordKeeper record_keeper_;
  RequestQueue requests_;
  FileWatch files_;
  ServiceManager service_manager_;
  Alerting alerting_;
  ReportMailer report_mailer_;
  DeadManSwitch dead_man_switch_;
  MqttSubscriber mqtt_{inbox_, ClientKeys(options_.folders.keys())};

  HostList list_;
  Judge judge_{list_, config_, settings_.secrets()};
  SteadyTime cycle_started_;                        // of one that was recorded and is not published yet
  std::array<size_t, kVoidReasons> void_checks_{};  // since the last cycle, by their reason
  std::set<const Probing*> open_cycles_;            // that have something to check, and did not end a cycle yet
  SteadyTime synchronised_ = std::chrono::steady_clock::now();  // when the clock last was
  bool is_changed_ = false;                                     // something to publish
  bool is_reloading_ = false;                                   // systemd waits for Ready
  bool is_running_ = true;
};

}  // namespace linewatch

#endif
