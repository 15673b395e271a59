// The packets of MQTT 5 and 3.1.1 that a client sends and takes that subscribes with QoS 0 and publishes nothing.
// Sources: the OASIS standards of MQTT 5.0 and MQTT 3.1.1.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_MQTT_PACKET_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_MQTT_PACKET_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace linewatch {

enum class MqttVersion : uint8_t { k311 = 4, k5 = 5 };

// A broker that speaks MQTT 5 passes no larger packet on to us. mosquitto 2.1 passes none above 2 MB to anybody.
inline constexpr uint32_t kMostMqttBytes = 2 << 20;

struct MqttLogin {
  std::string client_id, username, password;  // with both of the last empty there is no login
  std::chrono::seconds keep_alive;
};
std::string MqttConnect(MqttVersion version, const MqttLogin& login);
// Without what the broker has retained, where it speaks MQTT 5.
std::string MqttSubscribe(MqttVersion version, uint16_t id, std::string_view filter);
std::string MqttUnsubscribe(MqttVersion version, uint16_t id, std::string_view filter);
inline constexpr std::string_view kMqttPing("\xC0\0", 2), kMqttDisconnect("\xE0\0", 2);

struct MqttPacket {
  enum class Kind : uint8_t { kConnected, kSubscribed, kPublished, kDisconnected, kOther };
  Kind kind = Kind::kOther;
  uint8_t code = 0;  // what is answered: from 0x80 on a refusal, in 3.1.1 of a connection from 1 on
  uint16_t id = 0;   // kSubscribed: which one is answered
  std::optional<uint16_t> keep_alive = {};  // kConnected: seconds, where the broker wants another one
  bool is_retained = false;                 // kPublished, as all that follow
  std::string_view topic = {}, payload = {};
  size_t left_out = 0;  // so many bytes of the payload came and are not in it
};

// What `code` says, in words: "not authorized", or "code 0x99".
std::string MqttCodeText(uint8_t code);

// Cuts what comes in into packets. Of a packet it keeps kMostKept bytes, however long it is: the rest is read and
// dropped.
class MqttReader {
 public:
  explicit MqttReader(MqttVersion version) : version_(version) {}

  // `take` gets each packet that ends in `bytes`; what it points to ends with the call. False for what is no MQTT:
  // nothing is read from then on.
  bool Read(std::string_view bytes, const std::function<void(const MqttPacket&)>& take);

  // Enough for the longest topic, and for more of a payload than is looked into.
  static constexpr size_t kMostKept = 192 << 10;

 private:
  bool ReadHead(std::string_view& bytes);
  std::optional<MqttPacket> Parse() const;

  const MqttVersion version_;
  bool is_broken_ = false;
  std::string head_;   // until it is whole
  uint8_t first_ = 0;  // of the packet: its type and flags
  bool is_in_body_ = false;
  size_t size_ = 0, missing_ = 0;  // of the body
  std::string kept_;
};

// Whether messages of `topic` come by a subscription to `filter` (section 4.7). That of all topics is not of those that
// begin with a dollar, which are the broker's own.
bool is_topic_of(std::string_view topic, std::string_view filter);

}  // namespace linewatch

#endif
