#include "monitord/probe/value_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "monitord/net/answer_text.h"
#include "store/json/json.h"

namespace linewatch {
namespace {

constexpr size_t kShown = 100;  // bytes of a value in a reason

std::string Shown(std::string_view value) { return AnswerText(value, {}, kShown); }

std::string NumberText(double number) {
  return JsonText([&](JsonWriter& out) { out.Value([&](char* end) { return PutExactNumber(end, number); }); });
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

bool is_same(std::string_view value, const std::string& expected) {
  if (value == expected) return true;
  const auto one = NumberIn(value), other = NumberIn(expected);
  return one && other && *one == *other;
}

}  // namespace

std::optional<double> NumberIn(std::string_view text) {
  text = Trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = Trimmed(text.substr(1, text.size() - 2));
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
  return is_number ? std::optional(number) : std::nullopt;
}

std::string FaultOfValue(std::string_view name, std::string_view value, const CheckSettings& settings) {
  if (settings.expect && !is_same(value, *settings.expect))
    return Shown(name) + " is \"" + Shown(value) + "\" instead of \"" + Shown(*settings.expect) + '"';
  const std::string fault = FaultOfLimits(value, settings);
  return fault.empty() ? "" : Shown(name) + " is " + fault;
}

std::string FaultOfLimits(std::string_view value, const CheckSettings& settings) {
  if (!settings.min && !settings.max) return "";
  const auto number = NumberIn(value);
  if (!number) return "no number: \"" + Shown(value) + '"';
  if (settings.min && *number < *settings.min) return NumberText(*number) + ", less than " + NumberText(*settings.min);
  if (settings.max && *number > *settings.max) return NumberText(*number) + ", more than " + NumberText(*settings.max);
  return "";
}

}  // namespace linewatch
