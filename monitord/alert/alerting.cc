#include "monitord/alert/alerting.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "monitord/alert/alert_causes.h"
#include "monitord/alert/alert_policy.h"
#include "monitord/alert/alert_routes.h"
#include "monitord/alert/alert_text.h"
#include "monitord/system/log.h"
#include "store/channel.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

// Beside the names of the channels, so that a test need not wait for a message that hangs.
constexpr char kTestSend[] = "test";

// Whoever asked for a test has gone long before, and nobody else can ask meanwhile.
constexpr std::chrono::seconds kLongestTest{160};

constexpr size_t kMostToRemove = 10000;  // files on a disk that is read-only

void SetText(Message& message, const Config& config) {
  MessageText text = ComposeMessage(message.alerts, config.title, config.public_url, message.queued);
  message.subject = std::move(text.subject);
  message.text = std::move(text.text);
  message.html = std::move(text.html);
}

AlertEvent LoggedEvent(const Message& message, WallTime now) {
  return {now,
          std::string(kLogChannel),
          message.subject,
          HostsOf(message),
          {AlertOutcome::kLogged},
          NotifiedAlertsOf(message.alerts),
          message.id};
}

}  // namespace

Alerting::Alerting(const Folders& folders, std::span<const ChannelKind> channels)
    : channels_(channels), outbox_(folders.outbox()), answers_(folders.answers()) {}

std::vector<Event> Alerting::Start(HostList& list, HostStates& states, AlertStates&& alerts, const EventLog& log,
                                   const Moment& now) {
  alerts_ = std::move(alerts);
  auto events = TakeOverOutbox(list, log, now);
  for (size_t i = 0; i < list.hosts.size(); ++i)
    RestoreAlertState({list.hosts[i].seen, states[i]}, alerts_[i], now.wall);
  return events;
}

void Alerting::ShiftTimes(const ClockStep& step) {
  for (auto& alert : alerts_)
    if (alert) ForEachClockTime(*alert, step);
}

std::vector<Event> Alerting::TakeOverOutbox(HostList& list, const EventLog& log, const Moment& now) {
  std::vector<Event> events;
  std::vector<QueuedMessage> found = ReadOutbox();
  if (found.empty()) return events;

  std::set<std::string> logged;
  std::set<std::pair<std::string, std::string>> done;  // id and channel
  const auto oldest = std::min_element(found.begin(), found.end(), [](const QueuedMessage& a, const QueuedMessage& b) {
    return a.message.queued < b.message.queued;
  });
  log.Read(oldest->message.queued - std::chrono::days(1), EventLog::is_alert, [&](const Event& event) {
    const auto* alert = std::get_if<AlertEvent>(&event);
    if (alert == nullptr || alert->id.empty()) return;
    if (alert->channel == kLogChannel) {
      logged.insert(alert->id);
    } else {
      done.emplace(alert->id, alert->channel);
    }
  });
  // Delivered, and the file was not removed any more.
  std::erase_if(found, [&](const QueuedMessage& queued) {
    const bool is_done = done.contains({queued.message.id, queued.channel});
    if (is_done) to_remove_.push_back(queued);
    return is_done;
  });
  auto missing = RestoreUnlogged(found, std::move(logged), list, events);
  LogInfo("the outbox holds " + CountOf(found.size() + missing.size(), "message"));
  queue_.Restore(std::move(found), now.steady);
  for (QueuedMessage& queued : missing) queue_.Add(std::move(queued), now.steady);
  return events;
}

// Nothing if it cannot be read: hosts are watched all the same.
std::vector<QueuedMessage> Alerting::ReadOutbox() {
  std::vector<QueuedMessage> found;
  std::vector<std::string> damaged;
  try {
    answers_.Sweep();
    found = outbox_.Read(&damaged);
    outbox_.Sweep();
  } catch (const std::system_error& error) {
    LogError(error.what());
  }
  for (const std::string& file : damaged) LogWarning("outbox/" + file + " cannot be read; it stays where it is");
  return found;
}

// Of messages that stand in the outbox and have no event yet: adds the event, and restores what people are notified of
// by it. Answers their copies for channels of which there is no file: all files are written before the event, but the
// run may have ended between two of them.
std::vector<QueuedMessage> Alerting::RestoreUnlogged(const std::vector<QueuedMessage>& found,
                                                     std::set<std::string> logged, HostList& list,
                                                     std::vector<Event>& events) {
  std::set<std::pair<std::string, std::string>> waiting;  // id and channel
  for (const QueuedMessage& queued : found) waiting.emplace(queued.message.id, queued.channel);
  std::vector<QueuedMessage> missing;
  for (const QueuedMessage& queued : found) {
    if (!logged.insert(queued.message.id).second) continue;
    events.emplace_back(LoggedEvent(queued.message, queued.message.queued));
    for (const NotifiedAlert& notified : NotifiedAlertsOf(queued.message.alerts))
      RestoreNotified(list, alerts_, notified, queued.message.queued);
    for (const std::string& channel : queued.channels) {
      if (!waiting.emplace(queued.message.id, channel).second) continue;
      missing.push_back(queued);
      missing.back().channel = channel;
    }
  }
  return missing;
}

void Alerting::TakeDueAlerts(const HostList& list, const HostStates& states, const Topology& topology,
                             const Config& config, const Moment& now) {
  for (uint32_t i = 0; i < list.hosts.size(); ++i) {
    auto alert = TakeDueAlert(list.hosts[i], states[i], alerts_[i], config.email_cooldown, now.wall);
    if (!alert) continue;
    FillDependents(*alert, i, list, states, topology);
    digest_.Add(*std::move(alert), now.steady);
  }
}

void Alerting::Notify(AlertKind kind, WallTime since, std::string_view reason, const Moment& now) {
  Alert alert;
  alert.kind = kind;
  alert.t = now.wall;
  alert.since = since;
  alert.reason = reason;
  digest_.Add(std::move(alert), now.steady);
}

void Alerting::NoteSelfCheck(const SelfCheck& self_check, const Moment& now) {
  if (!self_check.is_blind() || is_still_blind_notified_ || now.wall - self_check.blind_since() < kLongBlindness)
    return;
  is_still_blind_notified_ = true;
  Notify(AlertKind::kStillBlind, self_check.blind_since(), self_check.reason(), now);
}

// As with an outage: not if it was shorter than a host must fail to be down, and not time and again. But always if
// people were notified while it lasted.
void Alerting::NotifyOfBlindness(WallTime since, const Config& config, const Moment& now) {
  const bool is_notified = std::exchange(is_still_blind_notified_, false);
  if (!is_notified && now.wall - since < config.interval * config.fail_threshold) return;
  std::erase_if(blindness_notified_, [&](SteadyTime t) { return now.steady - t >= config.email_cooldown; });
  if (!is_notified && blindness_notified_.size() >= kMostOutages) return;
  blindness_notified_.push_back(now.steady);
  Notify(AlertKind::kBlind, since, "", now);
}

// At most once per cooldown: a disk may be full, and not, and full again.
void Alerting::NotifyOfWriting(const std::optional<std::string>& failure, const Config& config, const Moment& now) {
  if (!failure) {
    if (std::exchange(unwritable_.is_notified, false)) Notify(AlertKind::kWritable, unwritable_.since, "", now);
    unwritable_.since = kNever;
    return;
  }
  if (unwritable_.since == kNever) {
    unwritable_.since = now.wall;
    unwritable_.since_steady = now.steady;
  }
  if (unwritable_.is_notified || now.steady - unwritable_.since_steady < config.interval * config.fail_threshold)
    return;
  if (unwritable_.notified_at && now.steady - *unwritable_.notified_at < config.email_cooldown) return;
  unwritable_.is_notified = true;
  unwritable_.notified_at = now.steady;
  Notify(AlertKind::kUnwritable, unwritable_.since, *failure, now);
}

Event Alerting::QueueReport(Message report, const Moment& now) {
  LogInfo(report.subject);
  Event event = LoggedEvent(report, now.wall);
  QueuedMessage queued;
  queued.message = std::move(report);
  queued.channel = "smtp";
  queued.channels = {queued.channel};
  queued.is_handed_on = true;
  queue_.Add(std::move(queued), now.steady);
  return event;
}

void Alerting::SendTest(const Request& request, const Config& config, const Moment& now) {
  // A request that lay here while nobody ran: whoever made it has gone.
  constexpr std::chrono::seconds kAwaited{60};
  if (!AnswerBox::is_id(request.answer) || now.wall - request.t > kAwaited) return;
  const auto refuse = [&](const std::string& why) { PutAnswer(request.answer, {false, why}); };
  const auto kind = std::find_if(channels_.begin(), channels_.end(),
                                 [&](const ChannelKind& channel) { return channel.name == request.channel; });
  if (kind == channels_.end() || !is_set_up(request.channel, config)) return refuse(request.channel + " is not set up");
  if (test_) return refuse("another test message is under way; try again in a minute");
  Alert alert;
  alert.kind = AlertKind::kTest;
  alert.t = alert.since = now.wall;
  Message message;
  message.id = NewMessageId();
  message.queued = now.wall;
  message.alerts.push_back(std::move(alert));
  message.to = config.smtp.to;
  for (const auto& route : config.routes)
    if (message.to.empty()) message.to = route.smtp_to;
  if (message.to.empty()) message.to = config.report_to;
  SetText(message, config);
  Test test{request.channel, request.answer};
  try {
    dispatcher_.Start(kTestSend, kind->make(config), std::move(message), now.steady, kLongestTest);
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
  test_ = std::move(test);  // only now: nothing else ends one that was never sent
}

void Alerting::EndTest(const Dispatcher::Ended& ended, WallTime now, std::vector<Event>& events) {
  const Delivery& delivery = ended.delivery;
  Answer answer{delivery.result == Delivery::Result::kAccepted && delivery.left.empty() && delivery.refused.empty(),
                WholeAnswer(delivery)};
  const Test test = *std::exchange(test_, std::nullopt);
  AlertResult result{AlertOutcome::kSent};
  if (!answer.ok) result = {AlertOutcome::kTestFailed, answer.text};
  events.emplace_back(AlertEvent{now, test.channel, ended.message.subject, {}, std::move(result)});
  PutAnswer(test.answer, answer);
}

void Alerting::PutAnswer(const std::string& id, const Answer& answer) {
  try {
    answers_.Sweep();
    answers_.Put(id, answer);
  } catch (const std::system_error& error) {
    LogWarning(error.what());  // the cgi answers that there is none; others wait for the end of this turn
  }
}

std::vector<std::string> Alerting::ConfiguredChannels(const Config& config) const {
  std::vector<std::string> names;
  for (const ChannelKind& channel : channels_)
    if (is_set_up(channel.name, config)) names.emplace_back(channel.name);
  return names;
}

std::vector<Event> Alerting::Turn(HostList& list, const Topology& topology, const Config& config, const Moment& now) {
  std::vector<Event> events;
  dispatcher_.CancelOverdue(now.steady);
  while (const auto ended = dispatcher_.Take()) {
    if (const auto& moved = ended->delivery.moved)
      moved_.push_back({ended->name == kTestSend ? test_->channel : ended->name, *moved});
    if (ended->name == kTestSend) {
      EndTest(*ended, now.wall, events);
    } else {
      if (ended->delivery.result != Delivery::Result::kAccepted)
        LogWarning(ended->name + " did not take \"" + ended->message.subject + "\": " + ended->delivery.answer);
      queue_.Settle(ended->name, ended->message.id, ended->delivery, now);
    }
  }
  if (const auto due = digest_.due_at(config.digest_window); due && *due <= now.steady)
    Queue(digest_.Take(list, topology), list, config, now, events);
  queue_.Review(config, ConfiguredChannels(config), now);
  for (auto& [queued, result] : queue_.TakeGone()) {
    events.emplace_back(AlertEvent{
        now.wall, queued.channel, queued.message.subject, HostsOf(queued.message), result, {}, queued.message.id});
    to_remove_.push_back(std::move(queued));
  }
  return events;
}

void Alerting::Queue(const std::vector<Alert>& alerts, HostList& list, const Config& config, const Moment& now,
                     std::vector<Event>& events) {
  std::set<std::string_view> notified;
  for (const Alert& alert : alerts) notified.insert(alert.host);
  for (size_t i = 0; i < list.hosts.size(); ++i)
    if (notified.contains(list.hosts[i].id)) MarkNotified(list.hosts[i].seen, alerts_[i], now.wall);

  for (Addressed& addressed : RouteAlerts(alerts, config, ConfiguredChannels(config))) {
    QueuedMessage queued;
    Message& message = queued.message;
    message.id = NewMessageId();
    message.queued = now.wall;
    message.alerts = addressed.alerts;
    message.to = std::move(addressed.smtp_to);
    SetText(message, config);
    LogWarning(message.subject);
    events.emplace_back(LoggedEvent(message, now.wall));
    queued.channels = std::move(addressed.channels);
    const auto add = [&](const std::string& channel, const std::string& instead_of) {
      queued.channel = channel;
      queued.instead_of = instead_of;
      message.alerts = addressed.alerts;
      auto superseded = queue_.Supersede(channel, message.alerts);
      for (QueuedMessage& left : superseded.left) {
        SetText(left.message, config);
        queue_.SetText(left);
      }
      SetText(message, config);
      queue_.Add(queued, now.steady);
      return superseded.was_handed_on;
    };
    std::string failing;
    for (const std::string& channel : queued.channels)
      if (add(channel, "")) failing = channel;
    if (failing.empty()) continue;
    for (const std::string& fallback : config.fallback)
      if (is_set_up(fallback, config) && !std::ranges::count(queued.channels, fallback)) add(fallback, failing);
    queue_.MarkHandedOn(message.id);
  }
}

void Alerting::Store(SteadyTime now) {
  outbox_failure_.reset();
  for (const QueuedMessage& queued : queue_.TakeChanged(now)) {
    try {
      outbox_.Put(queued);
    } catch (const std::system_error& error) {
      queue_.NotStored(queued);
      outbox_failure_ = "messages cannot be kept in the outbox; they are sent all the same: " + error.code().message();
    }
  }
}

void Alerting::Clean() {
  std::erase_if(to_remove_, [&](const QueuedMessage& queued) {
    try {
      outbox_.Remove(queued);
      return true;
    } catch (const std::system_error& error) {
      outbox_failure_ = "messages cannot be removed from the outbox: " + error.code().message();
      return false;
    }
  });
  if (to_remove_.size() > kMostToRemove)
    to_remove_.erase(to_remove_.begin(), to_remove_.end() - static_cast<std::ptrdiff_t>(kMostToRemove));
}

void Alerting::Send(const Config& config, const Moment& now) {
  for (const ChannelKind& channel : channels_) {
    const std::string name(channel.name);
    if (dispatcher_.is_under_way(name)) continue;
    auto queued = queue_.NextFor(name, now.steady);
    if (!queued) continue;
    const std::string id = queued->message.id;
    try {
      dispatcher_.Start(name, channel.make(config), std::move(queued->message), now.steady);
    } catch (const std::exception& error) {
      // No descriptor is left, say: it is as if the server could not be reached.
      Delivery delivery;
      delivery.answer = error.what();
      queue_.Settle(name, id, delivery, now);
    }
  }
}

std::vector<Event> Alerting::Stop(HostList& list, const Topology& topology, const Config& config, const Moment& now) {
  auto events = Turn(list, topology, config, now);
  if (digest_.due_at({})) Queue(digest_.Take(list, topology), list, config, now, events);
  return events;
}

SteadyTime Alerting::wake_at(const Config& config) const {
  const auto digest = digest_.due_at(config.digest_window);
  return digest ? std::min(*digest, queue_.wake_at()) : queue_.wake_at();
}

}  // namespace linewatch
