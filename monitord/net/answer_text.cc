#include "monitord/net/answer_text.h"

#include "store/text/plain_text.h"

namespace linewatch {

std::string AnswerText(std::string_view text, const std::vector<std::string>& secrets, size_t most) {
  std::string masked(text);
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (size_t at = 0; (at = masked.find(secret, at)) != std::string::npos; at += 3)
      masked.replace(at, secret.size(), "***");
  }
  std::string line;
  for (const char c : ValidUtf8(WithoutControls(masked)))
    if (c != ' ' || (!line.empty() && line.back() != ' ')) line += c;
  if (!line.empty() && line.back() == ' ') line.pop_back();
  constexpr std::string_view kEllipsis = "…";
  if (line.size() <= most) return line;
  return std::string(Utf8Prefix(line, most - kEllipsis.size())) += kEllipsis;
}

}  // namespace linewatch
