#include "monitord/probe/inbound/payload_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include "monitord/net/answer_text.h"
#include "store/json/json.h"
#include "store/json/json_field.h"

namespace linewatch {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr size_t kShown = 100;  // bytes of a payload in a reason

std::string Shown(std::string_view payload) { return AnswerText(payload, {}, kShown); }

std::string NumberText(double number) {
  return JsonText([&](JsonWriter& out) { out.Value([&](char* end) { return PutExactNumber(end, number); }); });
}

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// All of the text, but for blanks around it, one pair of quotes, and a plus.
std::optional<double> NumberIn(std::string_view text) {
  text = Trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = Trimmed(text.substr(1, text.size() - 2));
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
  return is_number ? std::optional(number) : std::nullopt;
}

// `noun` is what it is called: payload, or the field of it.
std::string FaultOfValue(const std::string& noun, std::string_view text, const CheckSettings& service) {
  const auto number = NumberIn(text);
  if (service.expect && text != *service.expect) {
    // A field that is a number may be written in other ways: 21.50 is 21.5.
    const auto expected = service.field.empty() ? std::nullopt : NumberIn(*service.expect);
    if (!expected || !number || *expected != *number)
      return noun + " is \"" + Shown(text) + "\" instead of \"" + Shown(*service.expect) + "\"";
  }
  if (!service.min && !service.max) return "";
  if (!number) return noun + " is no number: \"" + Shown(text) + "\"";
  if (service.min && *number < *service.min) return NumberText(*number) + ", less than " + NumberText(*service.min);
  if (service.max && *number > *service.max) return NumberText(*number) + ", more than " + NumberText(*service.max);
  return "";
}

}  // namespace

std::string FaultOf(std::string_view payload, const CheckSettings& service, size_t left_out) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::string& path = service.field;
  if (!service.expect && !service.min && !service.max && path.empty()) return "";
  if (payload.size() + left_out > kMaxPayload)
    return "payload is too long: " + std::to_string(payload.size() + left_out) + " bytes";
  std::string_view text = payload.substr(0, payload.find_last_not_of(kBlanks) + 1);
  if (text.starts_with(kByteOrderMark) && (!service.expect || !service.expect->starts_with(kByteOrderMark)))
    text.remove_prefix(kByteOrderMark.size());
  if (path.empty()) return FaultOfValue("payload", text, service);
  const JsonField field = ReadJsonField(text, path);
  if (field.state == JsonField::State::kNoJson) return "payload is no JSON: \"" + Shown(text) + "\"";
  if (field.state == JsonField::State::kAbsent) return "payload has no field " + path;
  return FaultOfValue(path, field.text, service);
}

}  // namespace linewatch
