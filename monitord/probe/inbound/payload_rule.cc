#include "monitord/probe/inbound/payload_rule.h"

#include "monitord/net/answer_text.h"
#include "monitord/probe/value_rule.h"
#include "store/json/json_field.h"

namespace linewatch {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr size_t kShown = 100;  // bytes of a payload in a reason

std::string Shown(std::string_view payload) { return AnswerText(payload, {}, kShown); }

}  // namespace

std::string FaultOf(std::string_view payload, const CheckSettings& service, size_t left_out) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::string& path = service.field.str();
  if (!service.expect && !service.min && !service.max && path.empty()) return "";
  if (payload.size() + left_out > kMaxPayload)
    return "payload is too long: " + std::to_string(payload.size() + left_out) + " bytes";
  std::string_view text = payload.substr(0, payload.find_last_not_of(kBlanks) + 1);
  if (text.starts_with(kByteOrderMark) && (!service.expect || !service.expect->starts_with(kByteOrderMark)))
    text.remove_prefix(kByteOrderMark.size());
  if (path.empty()) {
    // Word for word: 21.50 is not 21.5 here.
    if (service.expect && text != *service.expect)
      return "payload is \"" + Shown(text) + "\" instead of \"" + Shown(*service.expect) + '"';
    if ((service.min || service.max) && !NumberIn(text)) return "payload is no number: \"" + Shown(text) + '"';
    return FaultOfLimits(text, service);
  }
  const JsonField field = ReadJsonField(text, path);
  if (field.state == JsonField::State::kNoJson) return "payload is no JSON: \"" + Shown(text) + "\"";
  if (field.state == JsonField::State::kAbsent) return "payload has no field " + path;
  return FaultOfValue(path, field.text, service);
}

}  // namespace linewatch
