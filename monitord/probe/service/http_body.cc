#include "monitord/probe/service/http_body.h"

#include <algorithm>

#include "monitord/net/answer_text.h"
#include "monitord/probe/value_rule.h"
#include "store/json/json_field.h"

namespace linewatch {
namespace {

// Of a keyword or the name of a field, in a reason.
constexpr size_t kMostShown = 100;

}  // namespace

std::optional<std::string> HttpBody::Take(std::string_view data) {
  data = data.substr(0, CheckSettings::kMaxBody - bytes_);
  bytes_ += data.size();
  if (settings_.keyword && !has_keyword_) LookForKeyword(data);
  if (has_keyword_ && (settings_.keyword_absent || settings_.field.empty())) return KeywordFault();
  if (!settings_.field.empty()) json_ += data;
  if (bytes_ < CheckSettings::kMaxBody) return std::nullopt;
  return End();
}

void HttpBody::LookForKeyword(std::string_view data) {
  unsearched_ += data;
  has_keyword_ = unsearched_.find(*settings_.keyword) != std::string::npos;
  // It may stand across the border.
  unsearched_.erase(0, unsearched_.size() - std::min(unsearched_.size(), settings_.keyword->size() - 1));
}

std::string HttpBody::End() const {
  std::string fault = KeywordFault();
  return fault.empty() ? FieldFault() : fault;
}

std::string HttpBody::KeywordFault() const {
  if (!settings_.keyword || has_keyword_ != settings_.keyword_absent) return "";
  return "keyword \"" + AnswerText(*settings_.keyword, {}, kMostShown) + "\" " + (has_keyword_ ? "" : "not ") + "found";
}

std::string HttpBody::FieldFault() const {
  const std::string& name = settings_.field.str();
  if (name.empty()) return "";
  if (bytes_ == CheckSettings::kMaxBody) return "the answer is longer than 1 MiB, too long to look for a field in it";
  const JsonField field = ReadJsonField(json_, name);
  switch (field.state) {
    case JsonField::State::kNoJson:
      return "the answer is no JSON";
    case JsonField::State::kAbsent:
      return "the answer has no field " + AnswerText(name, {}, kMostShown);
    case JsonField::State::kFound:
      break;
  }
  return FaultOfValue(name, field.text, settings_);
}

}  // namespace linewatch
