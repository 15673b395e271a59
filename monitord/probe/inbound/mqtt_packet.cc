#include "monitord/probe/inbound/mqtt_packet.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/text/ascii.h"

namespace linewatch {
namespace {

constexpr uint8_t kConnack = 0x20, kPublish = 0x30, kSuback = 0x90, kUnsuback = 0xB0, kPingresp = 0xD0,
                  kDisconnect = 0xE0;
constexpr uint8_t kSessionExpiry = 0x11, kServerKeepAlive = 0x13, kMaximumPacketSize = 0x27;
constexpr size_t kLongestHead = 5;

std::string TwoBytes(size_t value) { return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)}; }
std::string FourBytes(uint32_t value) { return TwoBytes(value >> 16) + TwoBytes(value & 0xffff); }

// With its length before it.
std::string TextField(std::string_view text) {
  text = text.substr(0, 0xffff);
  return TwoBytes(text.size()).append(text);
}

std::string Length(size_t value) {
  std::string bytes;
  do {
    const auto digit = static_cast<uint8_t>(value % 128);
    value /= 128;
    bytes += static_cast<char>(value > 0 ? digit | 0x80 : digit);
  } while (value > 0);
  return bytes;
}

std::string Packet(uint8_t first, const std::string& body) {
  return std::string(1, static_cast<char>(first)).append(Length(body.size())).append(body);
}

// Takes fields from the front of a body. Once one is not there, there are none any more.
class Fields {
 public:
  explicit Fields(std::string_view body) : rest_(body) {}

  bool is_cut() const { return is_cut_; }
  std::string_view rest() const { return rest_; }

  std::string_view Bytes(size_t count) {
    if (count > rest_.size()) {
      is_cut_ = true;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  uint32_t Number(size_t bytes) {
    uint32_t value = 0;
    for (const char c : Bytes(bytes)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  std::string_view Text() { return Bytes(Number(2)); }
  size_t Length() {
    size_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const uint32_t digit = Number(1);
      value |= size_t{digit & 0x7f} << shift;
      if ((digit & 0x80) == 0) return value;
    }
    is_cut_ = true;
    return 0;
  }

 private:
  std::string_view rest_;
  bool is_cut_ = false;
};

// Section 2.2.2.2 of MQTT 5. False for a property that is none.
bool SkipProperty(uint32_t property, Fields& fields) {
  switch (property) {
    case 0x01:
    case 0x17:
    case 0x19:
    case 0x24:
    case 0x25:
    case 0x28:
    case 0x29:
    case 0x2A:
      fields.Number(1);
      return true;
    case 0x13:
    case 0x21:
    case 0x22:
    case 0x23:
      fields.Number(2);
      return true;
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27:
      fields.Number(4);
      return true;
    case 0x0B:
      fields.Length();
      return true;
    case 0x03:
    case 0x08:
    case 0x09:
    case 0x12:
    case 0x15:
    case 0x16:
    case 0x1A:
    case 0x1C:
    case 0x1F:
      fields.Text();
      return true;
    case 0x26:
      fields.Text();
      fields.Text();
      return true;
    default:
      return false;
  }
}

std::optional<uint16_t> KeepAliveIn(std::string_view properties) {
  Fields fields(properties);
  while (!fields.rest().empty()) {
    const uint32_t property = fields.Number(1);
    if (property == kServerKeepAlive) {
      const auto seconds = static_cast<uint16_t>(fields.Number(2));
      return fields.is_cut() ? std::nullopt : std::optional(seconds);
    }
    if (!SkipProperty(property, fields)) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<MqttPacket> Publication(uint8_t first, std::string_view kept, size_t size, MqttVersion version) {
  MqttPacket packet{.kind = MqttPacket::Kind::kPublished, .is_retained = (first & 1) != 0};
  Fields fields(kept);
  packet.topic = fields.Text();
  if ((first & 6) != 0) fields.Number(2);
  const size_t properties = version == MqttVersion::k5 ? fields.Length() : 0;
  if (fields.is_cut()) return std::nullopt;
  const size_t begin = kept.size() - fields.rest().size() + properties;
  if (begin > size) return std::nullopt;
  packet.payload = kept.substr(std::min(begin, kept.size()));
  packet.left_out = size - begin - packet.payload.size();
  return packet;
}

}  // namespace

std::string MqttConnect(MqttVersion version, const MqttLogin& login) {
  constexpr uint8_t kCleanStart = 0x02, kPassword = 0x40, kUsername = 0x80;
  const bool has_password = !login.password.empty(), has_login = has_password || !login.username.empty();
  // Without a user name 3.1.1 has no password, so it has an empty one.
  const int flags = kCleanStart | (has_login ? kUsername : 0) | (has_password ? kPassword : 0);
  std::string body = TextField("MQTT");
  body += static_cast<char>(version);
  body += static_cast<char>(flags);
  body += TwoBytes(static_cast<size_t>(login.keep_alive.count()));
  if (version == MqttVersion::k5) {
    std::string properties(1, static_cast<char>(kSessionExpiry));
    properties += FourBytes(0);
    properties += static_cast<char>(kMaximumPacketSize);
    properties += FourBytes(kMostMqttBytes);
    body += Length(properties.size()) + properties;
  }
  body += TextField(login.client_id);
  if (has_login) body += TextField(login.username);
  if (has_password) body += TextField(login.password);
  return Packet(0x10, body);
}

std::string MqttSubscribe(MqttVersion version, uint16_t id, std::string_view filter) {
  constexpr char kNothingRetained = 0x20;
  std::string body = TwoBytes(id);
  if (version == MqttVersion::k5) body += '\0';
  body += TextField(filter);
  body += version == MqttVersion::k5 ? kNothingRetained : '\0';
  return Packet(0x82, body);
}

std::string MqttUnsubscribe(MqttVersion version, uint16_t id, std::string_view filter) {
  std::string body = TwoBytes(id);
  if (version == MqttVersion::k5) body += '\0';
  return Packet(0xA2, body + TextField(filter));
}

std::string MqttCodeText(uint8_t code) {
  // Section 2.4 of MQTT 5. The first are section 3.2.2.3 of MQTT 3.1.1.
  static constexpr std::pair<uint8_t, std::string_view> kTexts[] = {
      {0x01, "it does not speak this version of MQTT"},
      {0x02, "it does not take this client's name"},
      {0x03, "it is not available"},
      {0x04, "bad user name or password"},
      {0x05, "not authorized"},
      {0x80, "it does not say why"},
      {0x81, "malformed packet"},
      {0x82, "protocol error"},
      {0x83, "for reasons of its own"},
      {0x84, "it does not speak this version of MQTT"},
      {0x85, "it does not take this client's name"},
      {0x86, "bad user name or password"},
      {0x87, "not authorized"},
      {0x88, "it is not available"},
      {0x89, "it is busy"},
      {0x8A, "this client is banned"},
      {0x8B, "it is shutting down"},
      {0x8C, "it wants another way to log in"},
      {0x8D, "it has not heard of us for too long"},
      {0x8E, "another client has taken this one's name"},
      {0x8F, "it does not take this topic"},
      {0x95, "packet too large"},
      {0x96, "too many messages"},
      {0x97, "a quota is exceeded"},
      {0x98, "it was closed by hand"},
      {0x9C, "another server is to be used"},
      {0x9D, "another server is to be used"},
      {0x9E, "it has no shared subscriptions"},
      {0x9F, "too many connections at a time"},
      {0xA0, "the longest time of a connection is over"},
      {0xA2, "it has no subscriptions with wildcards"},
  };
  const auto* const found = std::ranges::find(kTexts, code, &std::pair<uint8_t, std::string_view>::first);
  if (found != std::end(kTexts)) return std::string(found->second);
  const std::array<unsigned char, 1> byte{code};
  return "code 0x" + Hexadecimal(byte);
}

bool MqttReader::Read(std::string_view bytes, const std::function<void(const MqttPacket&)>& take) {
  while (!is_broken_ && (!bytes.empty() || (is_in_body_ && missing_ == 0))) {
    if (!is_in_body_) {
      is_broken_ = !ReadHead(bytes);
      continue;
    }
    const auto taken = bytes.substr(0, std::min(missing_, bytes.size()));
    kept_.append(taken.substr(0, kMostKept - kept_.size()));
    bytes.remove_prefix(taken.size());
    missing_ -= taken.size();
    if (missing_ > 0) break;
    is_in_body_ = false;
    if (const auto packet = Parse()) {
      take(*packet);
    } else {
      is_broken_ = true;
    }
    kept_.clear();
    if (kept_.capacity() > kMostKept / 4) kept_.shrink_to_fit();
  }
  return !is_broken_;
}

// As much of it as there is; false if it is none.
bool MqttReader::ReadHead(std::string_view& bytes) {
  while (!bytes.empty()) {
    head_ += bytes.front();
    bytes.remove_prefix(1);
    const bool is_whole = head_.size() > 1 && (static_cast<uint8_t>(head_.back()) & 0x80) == 0;
    if (!is_whole && head_.size() == kLongestHead) return false;
    if (!is_whole) continue;
    first_ = static_cast<uint8_t>(head_[0]);
    size_ = missing_ = Fields(std::string_view(head_).substr(1)).Length();
    head_.clear();
    is_in_body_ = true;
    // Only messages are long.
    return (first_ & 0xf0) == kPublish || size_ <= kMostKept;
  }
  return true;
}

// Nothing for what is no packet that a broker sends.
std::optional<MqttPacket> MqttReader::Parse() const {
  Fields fields(kept_);
  const bool has_properties = version_ == MqttVersion::k5;
  MqttPacket packet;
  switch (first_ & 0xf0) {
    case kConnack:
      packet.kind = MqttPacket::Kind::kConnected;
      fields.Number(1);
      packet.code = static_cast<uint8_t>(fields.Number(1));
      if (fields.is_cut()) return std::nullopt;
      // A broker that does not speak MQTT 5 says so as 3.1.1 does.
      if (has_properties && !fields.rest().empty()) packet.keep_alive = KeepAliveIn(fields.Bytes(fields.Length()));
      break;
    case kSuback:
      packet.kind = MqttPacket::Kind::kSubscribed;
      packet.id = static_cast<uint16_t>(fields.Number(2));
      if (has_properties) fields.Bytes(fields.Length());
      packet.code = static_cast<uint8_t>(fields.Number(1));
      break;
    case kPublish:
      return Publication(first_, kept_, size_, version_);
    case kDisconnect:
      packet.kind = MqttPacket::Kind::kDisconnected;
      if (!fields.rest().empty()) packet.code = static_cast<uint8_t>(fields.Number(1));
      break;
    case kUnsuback:
    case kPingresp:
      break;
    default:
      return std::nullopt;
  }
  return fields.is_cut() ? std::nullopt : std::optional(packet);
}

bool is_topic_of(std::string_view topic, std::string_view filter) {
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  for (;;) {
    // "hall/#" is of "hall" itself, too.
    if (filter == "#") return true;
    const auto level = filter.substr(0, filter.find('/')), found = topic.substr(0, topic.find('/'));
    if (level != "+" && level != found) return false;
    const bool is_last = level.size() == filter.size(), is_last_found = found.size() == topic.size();
    if (is_last || is_last_found)
      return is_last == is_last_found || (is_last_found && filter.substr(level.size()) == "/#");
    filter.remove_prefix(level.size() + 1);
    topic.remove_prefix(found.size() + 1);
  }
}

}  // namespace linewatch
