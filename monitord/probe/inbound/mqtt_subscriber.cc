#include "monitord/probe/inbound/mqtt_subscriber.h"

#include <mosquitto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "monitord/net/answer_text.h"
#include "monitord/net/certificate_verifier.h"
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
constexpr seconds kConnectPatience{10};               // until the broker has said that it takes us
constexpr seconds kKeepAlive{20};                     // a broker that is silent for twice as long is gone
constexpr seconds kHousekeeping{1};                   // libmosquitto sends its own pings when it is called
constexpr milliseconds kStopPatience{500};

// Which hosts listen to a topic, by the filter that is subscribed to: of two hosts with the same there is one.
struct Listener {
  std::string host;
  CheckSettings check_settings;
};
using Topics = std::map<std::string, std::vector<Listener>>;

bool has_wildcard(const std::string& filter) { return filter.find_first_of("+#") != std::string::npos; }

std::string NameOf(const Config::Mqtt& broker) {
  const bool is_six = broker.host.find(':') != std::string::npos;
  return "the broker " + (is_six ? '[' + broker.host + ']' : broker.host) + ':' + std::to_string(broker.port);
}

std::string LowerCaseFirst(std::string text) {
  if (!text.empty()) text[0] = LowerCase(text[0]);
  return text;
}

// One try to be connected, and what comes of it. The thread's own, from its beginning to its end.
class Connection {
 public:
  enum class State { kConnecting, kConnected, kLost };
  using Take = std::function<void(const std::string& topic, std::string_view payload)>;

  Connection(const Config::Mqtt& broker, const std::string& client_id, Take take)
      : broker_(broker), take_(std::move(take)), mosquitto_(mosquitto_new(client_id.c_str(), true, this)) {
    if (mosquitto_ == nullptr) throw std::bad_alloc();
    mosquitto_connect_callback_set(mosquitto_, [](mosquitto*, void* self, int code) {
      static_cast<Connection*>(self)->TakeAcknowledgement(code);
    });
    mosquitto_message_callback_set(mosquitto_, [](mosquitto*, void* self, const mosquitto_message* message) {
      // One that was kept by the broker may be of last year.
      if (message->retain) return;
      static_cast<Connection*>(self)->take_(
          message->topic, {static_cast<const char*>(message->payload), static_cast<size_t>(message->payloadlen)});
    });
    Begin();
  }
  ~Connection() {
    if (state_ == State::kConnected) mosquitto_disconnect(mosquitto_);
    mosquitto_destroy(mosquitto_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  State state() const { return state_; }
  // Why it is lost, for people.
  const std::string& reason() const { return reason_; }

  void Subscribe(const std::string& filter) { mosquitto_subscribe(mosquitto_, nullptr, filter.c_str(), 0); }
  void Unsubscribe(const std::string& filter) { mosquitto_unsubscribe(mosquitto_, nullptr, filter.c_str()); }

  pollfd wait() const {
    const short events = mosquitto_want_write(mosquitto_) ? POLLIN | POLLOUT : POLLIN;
    return {mosquitto_socket(mosquitto_), events, 0};
  }

  // `ready` is what poll said of wait().
  void Work(short ready) {
    if ((ready & POLLOUT) != 0 && mosquitto_want_write(mosquitto_)) FailOn(mosquitto_loop_write(mosquitto_, 1));
    if ((ready & ~POLLOUT) != 0) FailOn(mosquitto_loop_read(mosquitto_, 1));
    FailOn(mosquitto_loop_misc(mosquitto_));
    if (state_ == State::kConnecting && steady_clock::now() - begun_ > kConnectPatience)
      Lose("no connection to " + NameOf(broker_) + " within " + std::to_string(kConnectPatience.count()) + " s");
  }

 private:
  void Begin() {
    if (!broker_.username.empty() || !broker_.password.text.empty())
      mosquitto_username_pw_set(mosquitto_, broker_.username.c_str(), broker_.password.text.c_str());
    if (broker_.tls && !UseTls()) return;
    FailOn(
        mosquitto_connect_async(mosquitto_, broker_.host.c_str(), broker_.port, static_cast<int>(kKeepAlive.count())));
  }

  bool UseTls() {
    if (trust_.Use(broker_.ca_file)) {
      Lose("mqtt.ca_file of config.json cannot be used: expected certificates in PEM form that monitord may read");
      return false;
    }
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    verifier_.emplace(trust_, broker_.host, true);
    verifier_->Install(context.get());
    mosquitto_int_option(mosquitto_, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
    mosquitto_void_option(mosquitto_, MOSQ_OPT_SSL_CTX, context.get());  // it has a count of its own
    return true;
  }

  void TakeAcknowledgement(int code) {
    constexpr int kBadLogin = 4, kNotAuthorized = 5;  // section 3.2.2.3 of MQTT 3.1.1
    if (code == 0) {
      state_ = State::kConnected;
    } else if (code == kBadLogin || code == kNotAuthorized) {
      Lose(NameOf(broker_) + " refuses the login");
    } else {
      Lose(NameOf(broker_) + " refuses the connection: " + mosquitto_connack_string(code));
    }
  }

  // `code` is what a call of libmosquitto has answered.
  void FailOn(int code) {
    const int error = errno;
    if (code == MOSQ_ERR_SUCCESS || state_ == State::kLost) return;
    if (state_ == State::kConnected) {
      Lose("the connection to " + NameOf(broker_) + " was lost");
      return;
    }
    Lose("no connection to " + NameOf(broker_) + ": " + WhyNotConnected(code, error));
    ERR_clear_error();
  }

  // `error` is the errno of that call.
  std::string WhyNotConnected(int code, int error) const {
    if (code == MOSQ_ERR_ERRNO) return LowerCaseFirst(std::system_category().message(error));
    if (code == MOSQ_ERR_EAI) return "its name is not known";
    if (verifier_ && !verifier_->fault().empty()) return verifier_->fault();
    if (code == MOSQ_ERR_TLS) return "it speaks no TLS that is understood here";
    if (code == MOSQ_ERR_CONN_LOST) return "it has closed the connection";
    return AnswerText(mosquitto_strerror(code));
  }

  // The first reason is the one that the others follow from.
  void Lose(std::string reason) {
    if (state_ == State::kLost) return;
    state_ = State::kLost;
    reason_ = std::move(reason);
  }

  const Config::Mqtt broker_;
  const Take take_;
  const SteadyTime begun_ = steady_clock::now();
  TrustStore trust_;
  std::optional<CertificateVerifier> verifier_;
  mosquitto* const mosquitto_;
  State state_ = State::kConnecting;
  std::string reason_;
};

}  // namespace

struct MqttSubscriber::Shared {
  explicit Shared(std::shared_ptr<Inbox> to) : inbox(std::move(to)) {}

  void Run();
  void Turn();
  void TakeOrders();
  void Connect();
  void TakeMessage(const std::string& topic, std::string_view payload);
  void NoteFault(const std::string& reason);

  const std::shared_ptr<Inbox> inbox;
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
  std::optional<Connection> connection;
  bool is_subscribed = false;
  seconds delay = kFirstDelay;
  SteadyTime connect_at{};
};

MqttSubscriber::MqttSubscriber(std::shared_ptr<Inbox> inbox) : shared_(std::make_shared<Shared>(std::move(inbox))) {}

void MqttSubscriber::Use(const Config::Mqtt& broker) {
  const std::lock_guard lock(shared_->mutex);
  const auto all = [](const Config::Mqtt& b) {
    return std::tie(b.host, b.port, b.username, b.password.text, b.tls, b.ca_file);
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
  mosquitto_lib_init();
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
  mosquitto_lib_cleanup();
}

// The loop: take what is wanted, be connected, wait, read.
void MqttSubscriber::Shared::Turn() {
  TakeOrders();
  const bool is_wanted = !used.host.empty() && !subscribed->empty();
  if (!is_wanted) connection.reset();
  if (is_wanted && !connection && steady_clock::now() >= connect_at) Connect();

  std::vector<pollfd> ready{{orders_wait.fd(), POLLIN, 0}};
  milliseconds wait = kHousekeeping;
  if (connection) ready.push_back(connection->wait());
  if (!connection && is_wanted)
    wait = std::clamp(std::chrono::ceil<milliseconds>(connect_at - steady_clock::now()), milliseconds(0), wait);
  if (!is_wanted) wait = milliseconds(-1);  // until there are orders
  poll(ready.data(), ready.size(), static_cast<int>(wait.count()));
  if (connection) connection->Work(ready[1].revents);

  if (connection && connection->state() == Connection::State::kConnected && !is_subscribed) {
    is_subscribed = true;
    delay = kFirstDelay;
    NoteFault("");
    for (const auto& [filter, listeners] : *subscribed) connection->Subscribe(filter);
  }
  if (connection && connection->state() == Connection::State::kLost) {
    NoteFault(connection->reason());
    connection.reset();
    connect_at = steady_clock::now() + delay;
    delay = std::min(2 * delay, kLongestDelay);
  }
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
  connection.emplace(used, client_id,
                     [this](const std::string& topic, std::string_view payload) { TakeMessage(topic, payload); });
}

void MqttSubscriber::Shared::TakeMessage(const std::string& topic, std::string_view payload) {
  const SteadyTime now = steady_clock::now();
  const auto put = [&](const std::vector<Listener>& listeners) {
    for (const Listener& listener : listeners) {
      std::string fault = FaultOf(payload, listener.check_settings);
      const bool ok = fault.empty();
      inbox->Put(listener.host, {now, ok, std::move(fault), {}});
    }
  };
  if (const auto found = subscribed->find(topic); found != subscribed->end()) put(found->second);
  for (const auto& [filter, listeners] : *subscribed) {
    bool matches = false;
    if (has_wildcard(filter) && mosquitto_topic_matches_sub(filter.c_str(), topic.c_str(), &matches) == 0 && matches)
      put(listeners);
  }
}

// Why nothing comes in; empty when it does. Not of a broker that is no longer the one.
void MqttSubscriber::Shared::NoteFault(const std::string& reason) {
  const std::lock_guard lock(mutex);
  if (used_number == broker_number) inbox->SetFault(CheckKind::kMqtt, {reason, false});
}

}  // namespace linewatch
