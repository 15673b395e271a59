#include "monitord/probe/inbound/mqtt_packet.h"

#include <vector>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

struct Seen {
  MqttPacket packet;
  std::string topic, payload;
};

// All that is in `bytes`, which come `step` at a time; nothing where it is no MQTT.
std::optional<std::vector<Seen>> Packets(std::string_view bytes, MqttVersion version = MqttVersion::k5,
                                         size_t step = 1) {
  std::vector<Seen> seen;
  MqttReader reader(version);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    const bool is_mqtt = reader.Read(bytes.substr(0, step), [&](const MqttPacket& packet) {
      seen.push_back({packet, std::string(packet.topic), std::string(packet.payload)});
    });
    if (!is_mqtt) return std::nullopt;
  }
  return seen;
}

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

std::string Published(size_t size, const std::string& body) {
  std::string head(1, '\x30');
  for (; size >= 128; size /= 128) head += static_cast<char>(size % 128 | 0x80);
  return head + static_cast<char>(size) + body;
}

TEST_CASE("a broker is told how large a packet may be, where it speaks MQTT 5", "[mqtt_packet]") {
  const MqttLogin login{"lw", "ada", "secret", std::chrono::seconds(20)};
  CHECK(MqttConnect(MqttVersion::k5, login) ==
        Bytes({0x10, 38, 0, 4}) + "MQTT" + Bytes({5, 0xC2, 0, 20, 10, 0x11, 0, 0, 0, 0, 0x27, 0, 0x20, 0, 0, 0, 2}) +
            "lw" + Bytes({0, 3}) + "ada" + Bytes({0, 6}) + "secret");
  CHECK(MqttConnect(MqttVersion::k311, {"lw", "", "", std::chrono::seconds(20)}) ==
        Bytes({0x10, 14, 0, 4}) + "MQTT" + Bytes({4, 2, 0, 20, 0, 2}) + "lw");
}

TEST_CASE("messages are cut from the stream wherever it is cut", "[mqtt_packet]") {
  const std::string five = Bytes({0x30, 7, 0, 3}) + "a/b" + Bytes({0}) + "1" + Bytes({0xD0, 0}) +
                           Bytes({0x31, 12, 0, 1}) + "t" + Bytes({5, 0x02, 0, 0, 0, 9}) + "last";
  for (const size_t step : {1, 2, 3, 1000}) {
    const auto seen = Packets(five, MqttVersion::k5, step);
    REQUIRE(seen);
    REQUIRE(seen->size() == 3);
    CHECK((*seen)[0].topic == "a/b");
    CHECK((*seen)[0].payload == "1");
    CHECK_FALSE((*seen)[0].packet.is_retained);
    CHECK((*seen)[1].packet.kind == MqttPacket::Kind::kOther);
    CHECK((*seen)[2].payload == "las");
    CHECK((*seen)[2].packet.is_retained);
  }
}

TEST_CASE("of a message that is too long only the beginning is kept, and its length", "[mqtt_packet]") {
  constexpr size_t kSize = 100'000'000;
  MqttReader reader(MqttVersion::k311);
  std::vector<Seen> seen;
  const auto take = [&](const MqttPacket& packet) {
    seen.push_back({packet, std::string(packet.topic), std::string(packet.payload)});
  };
  REQUIRE(reader.Read(Published(kSize + 3, Bytes({0, 1}) + "t"), take));
  const std::string piece(1 << 20, 'x');
  for (size_t sent = 0; sent < kSize; sent += std::min(piece.size(), kSize - sent))
    REQUIRE(reader.Read(std::string_view(piece).substr(0, kSize - sent), take));
  REQUIRE(reader.Read(Published(4, Bytes({0, 1}) + "t1"), take));
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].payload.size() <= MqttReader::kMostKept);
  CHECK(seen[0].payload.size() + seen[0].packet.left_out == kSize);
  CHECK(seen[1].payload == "1");
}

TEST_CASE("answers are read in both versions", "[mqtt_packet]") {
  const auto connected = Packets(Bytes({0x20, 9, 0, 0, 6, 0x22, 0, 10, 0x13, 0, 7}));
  REQUIRE(connected);
  CHECK(connected->front().packet.kind == MqttPacket::Kind::kConnected);
  CHECK(connected->front().packet.keep_alive == 7);
  // As a broker answers MQTT 5 that knows of none.
  const auto refused = Packets(Bytes({0x20, 2, 0, 1}));
  REQUIRE(refused);
  CHECK(refused->front().packet.code == 1);
  const auto five = Packets(Bytes({0x90, 4, 0, 7, 0, 0x87}));
  REQUIRE(five);
  CHECK(five->front().packet.id == 7);
  CHECK(five->front().packet.code == 0x87);
  const auto three = Packets(Bytes({0x90, 3, 0, 7, 0x80}), MqttVersion::k311);
  REQUIRE(three);
  CHECK(three->front().packet.code == 0x80);
}

TEST_CASE("what is no MQTT is seen at once", "[mqtt_packet]") {
  for (const std::string& bad : {std::string("HTTP/1.1 400 Bad Request\r\n\r\n") + std::string(100, 'x'),
                                 Bytes({0x30, 0xff, 0xff, 0xff, 0xff, 1}), Bytes({0x30, 1, 0}), Bytes({0x20, 1, 0}),
                                 Bytes({0x30, 4, 0, 9, 'a', 'b'}), Bytes({0x00, 0}), Bytes({0x90, 2, 0, 1})})
    CHECK_FALSE(Packets(bad));
}

TEST_CASE("filters take the topics that brokers send for them", "[mqtt_packet]") {
  for (const auto& [topic, filter] : {std::pair("a/b", "a/b"),
                                      {"a/b", "a/+"},
                                      {"a/b", "+/b"},
                                      {"a/b", "#"},
                                      {"a", "a/#"},
                                      {"a/b/c", "a/#"},
                                      {"a/b/c", "a/+/c"},
                                      {"/a", "/+"},
                                      {"/a", "+/a"},
                                      {"a/", "a/+"},
                                      {"$SYS/x", "$SYS/#"},
                                      {"a//b", "a/+/b"}})
    CHECK(is_topic_of(topic, filter));
  for (const auto& [topic, filter] : {std::pair("a/b", "a"),
                                      {"a", "a/b"},
                                      {"a", "a/+"},
                                      {"a/b/c", "a/+"},
                                      {"A", "a"},
                                      {"$SYS/x", "#"},
                                      {"$SYS/x", "+/x"},
                                      {"ab", "a/#"},
                                      {"a/b", "a/+/c"},
                                      {"a/bc", "a/b"}})
    CHECK_FALSE(is_topic_of(topic, filter));
}

}  // namespace
}  // namespace linewatch
