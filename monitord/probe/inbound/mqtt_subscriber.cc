#include "monitord/probe/inbound/mqtt_subscriber.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "monitord/probe/inbound/mqtt_connection.h"
#include "monitord/probe/inbound/payload_rule.h"
#include "monitord/system/log.h"
#include "monitord/system/waker.h"
#include "store/text/ascii.h"
#include "store/text/random_name.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kFirstDelay{1}, kLongestDelay{30};  // between two tries to connect
constexpr seconds kRefusalPatience{30};               // until a refused subscription is tried again
constexpr seconds kHousekeeping{1};                   // as often as a connection wants to be called
constexpr milliseconds kStopPatience{500};

// Which hosts listen to a topic, by the filter that is subscribed to: of two hosts with the same there is one.
struct Listener {
  std::string host;
  CheckSettings check_settings;
};
using Topics = std::map<std::string, std::vector<Listener>>;

std::string LowerCaseFirst(std::string text) {
  if (!text.empty()) text[0] = LowerCase(text[0]);
  return text;
}

}  // namespace

struct MqttSubscriber::Shared {
  Shared(std::shared_ptr<Inbox> to, ClientKeys shown) : inbox(std::move(to)), keys(std::move(shown)) {}

  void Run();
  void Turn();
  void TakeOrders();
  void Connect();
  void TakeLoss();
  void TakeMessage(const MqttPacket& message);
  void TakeSubscribed(const std::string& filter, const std::string& refusal);
  void RetryRefused();
  void NoteFault(const std::string& reason);

  const std::shared_ptr<Inbox> inbox;
  const ClientKeys keys;
  const std::string client_id = "linewatch-" + RandomName(12);
  const Waker orders_wait;

  // Between the threads.
  std::mutex mutex;
  Config::Mqtt broker;
  uint64_t broker_number = 0;  // counts the brokers
  std::shared_ptr<const Topics> topics = std::make_shared<Topics>();
  bool is_stopping = false;

  // The thread's own.
  Config::Mqtt used;
  uint64_t used_number = 0;
  std::shared_ptr<const Topics> subscribed = std::make_shared<Topics>();
  std::optional<MqttConnection> connection;
  MqttVersion version = MqttVersion::k5;  // that the next connection speaks
  bool is_subscribed = false;
  std::set<std::string> refused;  // filters
  SteadyTime refused_again_at{};
  seconds delay = kFirstDelay;
  SteadyTime connect_at{};
};

MqttSubscriber::MqttSubscriber(std::shared_ptr<Inbox> inbox, ClientKeys keys)
    : shared_(std::make_shared<Shared>(std::move(inbox), std::move(keys))) {}

void MqttSubscriber::Use(const Config::Mqtt& broker) {
  const std::lock_guard lock(shared_->mutex);
  const auto all = [](const Config::Mqtt& b) {
    return std::tie(b.host, b.port, b.username, b.password.text, b.tls, b.ca_file, b.client_cert, b.client_key);
  };
  if (shared_->broker_number != 0 && all(broker) == all(shared_->broker)) return;
  shared_->broker = broker;
  ++shared_->broker_number;
  if (broker.host.empty()) {
    shared_->inbox->SetFault(CheckKind::kMqtt, {"no broker is set: Settings, MQTT broker", true});
  } else {
    shared_->inbox->SetFault(CheckKind::kMqtt, {"no connection to " + NameOf(broker) + " yet", false});
  }
  GiveOrders();
}

void MqttSubscriber::Watch(const std::vector<Target>& targets) {
  auto topics = std::make_shared<Topics>();
  for (const Target& target : targets)
    if (target.kind == CheckKind::kMqtt && target.check_settings)
      (*topics)[target.check_settings->topic].push_back({target.id, *target.check_settings});
  const std::lock_guard lock(shared_->mutex);
  shared_->topics = std::move(topics);
  GiveOrders();
}

void MqttSubscriber::KeepRunning() {
  const std::lock_guard lock(shared_->mutex);
  StartThread();
}

bool MqttSubscriber::Stop() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->is_stopping = true;
  }
  shared_->orders_wait.Wake();
  return thread_.WaitForEnd(kStopPatience);
}

// The caller holds the mutex.
void MqttSubscriber::GiveOrders() {
  shared_->orders_wait.Wake();
  StartThread();
}

// If it is wanted and not there. The caller holds the mutex.
void MqttSubscriber::StartThread() {
  const bool is_wanted = !shared_->is_stopping && !shared_->broker.host.empty() && !shared_->topics->empty();
  if (!is_wanted || thread_.is_running()) return;
  // It holds what it works on, for Stop may leave it behind.
  const auto error = thread_.Start("mqtt", [shared = shared_] { shared->Run(); });
  const std::string reason =
      "no connection to " + NameOf(shared_->broker) +
      (error ? ", for this machine has no thread to give: " + LowerCaseFirst(error.message()) : " yet");
  shared_->inbox->SetFault(CheckKind::kMqtt, {reason, false});
}

void MqttSubscriber::Shared::Run() {
  for (bool goes_on = true; goes_on;) {
    try {
      Turn();
    } catch (const std::exception& error) {
      LogError(error.what());
      connection.reset();
      std::this_thread::sleep_for(kFirstDelay);
    }
    const std::lock_guard lock(mutex);
    goes_on = !is_stopping;
  }
  connection.reset();
}

// The loop: take what is wanted, be connected, wait, read.
void MqttSubscriber::Shared::Turn() {
  TakeOrders();
  const bool is_wanted = !used.host.empty() && !subscribed->empty();
  if (!is_wanted) connection.reset();
  if (is_wanted && !connection && steady_clock::now() >= connect_at) Connect();

  std::vector<pollfd> ready{{orders_wait.fd(), POLLIN, 0}};
  milliseconds wait = kHousekeeping;
  if (connection) {
    ready.push_back(connection->wait());
    if (connection->has_more() || connection->state() == MqttConnection::State::kLost) wait = milliseconds(0);
  }
  if (!connection && is_wanted)
    wait = std::clamp(std::chrono::ceil<milliseconds>(connect_at - steady_clock::now()), milliseconds(0), wait);
  if (!is_wanted) wait = milliseconds(-1);  // until there are orders
  poll(ready.data(), ready.size(), static_cast<int>(wait.count()));
  if (!connection) return;
  connection->Work(ready[1].revents);

  if (connection->state() == MqttConnection::State::kConnected && !is_subscribed) {
    is_subscribed = true;
    delay = kFirstDelay;
    NoteFault("");
    for (const auto& [filter, listeners] : *subscribed) connection->Subscribe(filter);
  }
  if (is_subscribed) RetryRefused();
  if (connection->state() == MqttConnection::State::kLost) TakeLoss();
}

// A broker that does not take MQTT 5 is tried at once with MQTT 3.1.1, and the next time with MQTT 5 again: it may only
// have been about to end.
void MqttSubscriber::Shared::TakeLoss() {
  const bool is_tried_again = version == MqttVersion::k5 && connection->is_version_to_blame();
  version = is_tried_again ? MqttVersion::k311 : MqttVersion::k5;
  if (!is_tried_again) {
    NoteFault(connection->reason());
    connect_at = steady_clock::now() + delay;
    delay = std::min(2 * delay, kLongestDelay);
  }
  connection.reset();
}

void MqttSubscriber::Shared::TakeOrders() {
  if (!orders_wait.Acknowledge()) return;
  const auto before = subscribed;
  bool is_other = false;
  {
    const std::lock_guard lock(mutex);
    is_other = std::exchange(used_number, broker_number) != broker_number;
    if (is_other) used = broker;
    subscribed = topics;
  }
  if (is_other) {
    connection.reset();
    version = MqttVersion::k5;
    delay = kFirstDelay;
    connect_at = {};
  }
  if (!connection || !is_subscribed) return;
  for (const auto& [filter, listeners] : *before)
    if (!subscribed->contains(filter)) connection->Unsubscribe(filter);
  for (const auto& [filter, listeners] : *subscribed)
    if (!before->contains(filter)) connection->Subscribe(filter);
}

void MqttSubscriber::Shared::Connect() {
  is_subscribed = false;
  refused.clear();
  connection.emplace(used, keys, client_id, version,
                     MqttConnection::Takers{[this](const MqttPacket& message) { TakeMessage(message); },
                                            [this](const std::string& filter, const std::string& refusal) {
                                              TakeSubscribed(filter, refusal);
                                            }});
}

void MqttSubscriber::Shared::TakeMessage(const MqttPacket& message) {
  const SteadyTime now = steady_clock::now();
  const auto put = [&](const std::vector<Listener>& listeners) {
    for (const Listener& listener : listeners) {
      std::string fault = FaultOf(message.payload, listener.check_settings, message.left_out);
      const bool ok = fault.empty();
      inbox->Put(listener.host, {now, ok, std::move(fault), {}});
    }
  };
  for (const auto& [filter, listeners] : *subscribed)
    if (is_topic_of(message.topic, filter)) put(listeners);
}

void MqttSubscriber::Shared::TakeSubscribed(const std::string& filter, const std::string& refusal) {
  if (refusal.empty()) {
    refused.erase(filter);
  } else {
    if (refused.empty()) refused_again_at = steady_clock::now() + kRefusalPatience;
    refused.insert(filter);
  }
  const auto found = subscribed->find(filter);
  if (found == subscribed->end()) return;
  for (const Listener& listener : found->second)
    inbox->SetRefusal(listener.host, listener.check_settings, refusal, steady_clock::now());
}

// What the broker's own rules have allowed meanwhile.
void MqttSubscriber::Shared::RetryRefused() {
  if (refused.empty() || steady_clock::now() < refused_again_at) return;
  refused_again_at = steady_clock::now() + kRefusalPatience;
  std::erase_if(refused, [&](const std::string& filter) { return !subscribed->contains(filter); });
  for (const std::string& filter : refused) connection->Subscribe(filter);
}

// Why nothing comes in; empty when it does. Not of a broker that is no longer the one.
void MqttSubscriber::Shared::NoteFault(const std::string& reason) {
  const std::lock_guard lock(mutex);
  if (used_number == broker_number) inbox->SetFault(CheckKind::kMqtt, {reason, false});
}

}  // namespace linewatch
