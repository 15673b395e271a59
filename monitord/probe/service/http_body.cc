#include "monitord/probe/service/http_body.h"

#include <algorithm>

#include "monitord/net/answer_text.h"

namespace linewatch {
namespace {

// Of a keyword, in a reason.
constexpr size_t kMostKeyword = 100;

}  // namespace

std::optional<std::string> HttpBody::Take(std::string_view data) {
  data = data.substr(0, CheckSettings::kMaxBody - bytes_);
  bytes_ += data.size();
  if (settings_.keyword) {
    unsearched_ += data;
    if (unsearched_.find(*settings_.keyword) != std::string::npos) return KeywordFault(true);
    // It may stand across the border.
    unsearched_.erase(0, unsearched_.size() - std::min(unsearched_.size(), settings_.keyword->size() - 1));
  }
  if (bytes_ < CheckSettings::kMaxBody) return std::nullopt;
  return End();
}

std::string HttpBody::KeywordFault(bool has_keyword) const {
  if (!settings_.keyword || has_keyword != settings_.keyword_absent) return "";
  return "keyword \"" + AnswerText(*settings_.keyword, {}, kMostKeyword) + "\" " + (has_keyword ? "" : "not ") +
         "found";
}

}  // namespace linewatch
