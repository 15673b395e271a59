#include "monitord/answer_text.h"

#include <algorithm>

#include "store/plain_text.h"

namespace linewatch {

std::string AnswerText(std::string_view text, const std::vector<std::string>& secrets, size_t most) {
  std::string masked(text);
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (size_t at = 0; (at = masked.find(secret, at)) != std::string::npos; at += 3)
      masked.replace(at, secret.size(), "***");
  }
  std::string line;
  const std::string plain = WithoutControls(masked);
  for (std::string_view rest = plain; !rest.empty();) {
    const size_t length = Utf8Length(rest);
    if (length == 0) {
      line += '?';
    } else if (rest.front() == ' ') {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      line += rest.substr(0, length);
    }
    rest.remove_prefix(std::max<size_t>(length, 1));
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  constexpr std::string_view kEllipsis = "…";
  if (line.size() <= most) return line;
  return std::string(Utf8Prefix(line, most - kEllipsis.size())) += kEllipsis;
}

}  // namespace linewatch
