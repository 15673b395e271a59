#include "monitord/probe/inbound/payload_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include "monitord/net/answer_text.h"
#include "store/json/json.h"

namespace linewatch {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr size_t kShown = 100;  // bytes of a payload in a reason

std::string Shown(std::string_view payload) { return AnswerText(payload, {}, kShown); }

std::string NumberText(double number) {
  return JsonText([&](JsonWriter& out) { out.Value([&](char* end) { return PutExactNumber(end, number); }); });
}

// All of the text, but for blanks before it.
std::optional<double> NumberIn(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
  return is_number ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string FaultOf(std::string_view payload, const CheckSettings& service) {
  if (!service.expect && !service.min && !service.max) return "";
  if (payload.size() > kMaxPayload) return "payload is too long: " + std::to_string(payload.size()) + " bytes";
  const std::string_view text = payload.substr(0, payload.find_last_not_of(kBlanks) + 1);
  if (service.expect && text != *service.expect)
    return "payload is \"" + Shown(text) + "\" instead of \"" + Shown(*service.expect) + "\"";
  if (!service.min && !service.max) return "";
  const auto number = NumberIn(text);
  if (!number) return "payload is no number: \"" + Shown(text) + "\"";
  if (service.min && *number < *service.min) return NumberText(*number) + ", less than " + NumberText(*service.min);
  if (service.max && *number > *service.max) return NumberText(*number) + ", more than " + NumberText(*service.max);
  return "";
}

}  // namespace linewatch
