// One connection to a broker of MQTT, from the search for its name until it is lost.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_MQTT_CONNECTION_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_MQTT_CONNECTION_H_

#include <netdb.h>
#include <openssl/types.h>
#include <poll.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "monitord/net/certificate_verifier.h"
#include "monitord/net/client_keys.h"
#include "monitord/net/trust_store.h"
#include "monitord/probe/inbound/mqtt_packet.h"
#include "monitord/probe/prober.h"
#include "store/config.h"
#include "store/file/descriptor.h"

namespace linewatch {

// "the broker [::1]:1883"
std::string NameOf(const Config::Mqtt& broker);

class MqttConnection {
 public:
  enum class State : uint8_t { kConnecting, kConnected, kLost };
  struct Takers {
    // A message that was not retained.
    std::function<void(const MqttPacket& message)> message;
    // What came of a subscription: why it was refused, empty if it was not.
    std::function<void(const std::string& filter, const std::string& refusal)> subscribed;
  };

  // Looks the name up, which may take as long as the resolver lets it. All addresses are tried, one after the other.
  MqttConnection(const Config::Mqtt& broker, const ClientKeys& keys, std::string client_id, MqttVersion version,
                 Takers takers);
  ~MqttConnection();
  MqttConnection(const MqttConnection&) = delete;
  MqttConnection& operator=(const MqttConnection&) = delete;

  State state() const { return state_; }
  // Why it is lost, for people.
  const std::string& reason() const { return reason_; }
  // Lost in a way that another version of MQTT may mend.
  bool is_version_to_blame() const { return is_version_to_blame_; }

  // For one that is connected.
  void Subscribe(const std::string& filter);
  void Unsubscribe(const std::string& filter);

  pollfd wait() const;
  // More has come in than was read at once: Work is wanted without waiting.
  bool has_more() const { return has_more_; }
  // `ready` is what poll said of wait(). To be called every second at least.
  void Work(short ready);

 private:
  enum class Step : uint8_t { kTcp, kTls, kMqtt };

  void LookUp();
  void TryNextAddress(int error);
  void FinishTcp();
  bool PrepareTls();
  void ShakeHands();
  void Greet();
  void Send(std::string_view packet);
  void Write();
  void Read();
  void FailOn(int outcome);
  void Take(const MqttPacket& packet);
  void TakeAcknowledgement(const MqttPacket& packet);
  void TakeTime();
  void Lose(std::string reason);
  void LoseBeforeMqtt(const std::string& why);
  uint16_t NextId();

  const Config::Mqtt broker_;
  const ClientKeys& keys_;
  const std::string client_id_;
  const MqttVersion version_;
  const Takers takers_;
  const SteadyTime begun_;

  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses_{nullptr, freeaddrinfo};
  const addrinfo* address_ = nullptr;  // the one that is tried, or was the last
  SteadyTime address_until_{};
  std::optional<Descriptor> socket_;
  TrustStore trust_;
  std::optional<CertificateVerifier> verifier_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;

  Step step_ = Step::kTcp;
  State state_ = State::kConnecting;
  bool is_version_to_blame_ = false, has_more_ = false, wants_write_ = false;
  std::string reason_;
  std::string unsent_;
  MqttReader reader_;
  std::chrono::seconds keep_alive_;
  SteadyTime sent_at_{}, heard_at_{};
  uint16_t last_id_ = 0;
  std::unordered_map<uint16_t, std::string> subscribing_;
};

}  // namespace linewatch

#endif
