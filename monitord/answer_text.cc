#include "monitord/answer_text.h"

#include <algorithm>

#include "monitord/plain_text.h"

namespace linewatch {

std::string AnswerText(std::string_view text, const std::vector<std::string>& secrets) {
  std::string masked(text);
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (size_t at = 0; (at = masked.find(secret, at)) != std::string::npos; at += 3)
      masked.replace(at, secret.size(), "***");
  }
  std::string line;
  for (std::string_view rest = masked; !rest.empty();) {
    const size_t length = Utf8Length(rest);
    const auto first = static_cast<unsigned char>(rest.front());
    if (length == 0) {
      line += '?';
    } else if (first <= 0x20 || first == 0x7f) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      line += rest.substr(0, length);
    }
    rest.remove_prefix(std::max<size_t>(length, 1));
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  constexpr std::string_view kEllipsis = "…";
  if (line.size() <= kMaxAnswerBytes) return line;
  return std::string(Utf8Prefix(line, kMaxAnswerBytes - kEllipsis.size())) += kEllipsis;
}

}  // namespace linewatch
