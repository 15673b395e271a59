// What a broker sends, the length of its pieces in the first byte, the settings of a check in the second: however it is
// cut, the same packets come of it, and any payload can be judged.
#include "monitord/probe/inbound/mqtt_packet.h"

#include <algorithm>
#include <array>
#include <string>

#include "monitord/probe/inbound/payload_rule.h"
#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

std::string Packets(std::string_view bytes, MqttVersion version, size_t step, const CheckSettings& settings) {
  MqttReader reader(version);
  std::string seen;
  const auto take = [&](const MqttPacket& packet) {
    seen += std::to_string(static_cast<int>(packet.kind)) + ' ' + std::to_string(packet.code) + ' ' +
            std::to_string(packet.id) + ' ' + MqttCodeText(packet.code);
    seen.append(packet.topic).append(packet.payload) += std::to_string(packet.left_out);
    Require(packet.payload.size() <= MqttReader::kMostKept, "no more is kept than the bound");
    Require(FaultOf(packet.payload, settings, packet.left_out).size() < 1000, "a reason is short");
    Require(packet.topic.empty() || packet.topic.find_first_of("+#$/") != std::string_view::npos ||
                is_topic_of(packet.topic, packet.topic),
            "a topic is of itself");
    is_topic_of(packet.topic, packet.payload);
  };
  bool is_mqtt = true;
  for (; is_mqtt && !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size())))
    is_mqtt = reader.Read(bytes.substr(0, step), take);
  return seen + (is_mqtt ? "." : "!");
}

void Try(std::string_view text) {
  if (text.size() < 2) return;
  const auto step = static_cast<unsigned char>(text[0]), kind = static_cast<unsigned char>(text[1]);
  text.remove_prefix(2);
  CheckSettings settings;
  constexpr std::array kFields = {"", "a.b[0].c", "/a/b", "t"};
  settings.field = kFields[kind & 3];
  if ((kind & 4) != 0) settings.expect = "21.5";
  if ((kind & 8) != 0) settings.min = -1;
  if ((kind & 16) != 0) settings.max = 30;
  const MqttVersion version = (kind & 32) != 0 ? MqttVersion::k311 : MqttVersion::k5;
  RequireSame(Packets(text, version, std::max<size_t>(step, 1), settings),
              Packets(text, version, text.size(), settings), "cut or whole");
  FaultOf(text, settings);
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
