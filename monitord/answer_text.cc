#include "monitord/answer_text.h"

#include <algorithm>

namespace linewatch {

size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xC2 && first < 0xE0   ? 2
                        : first >= 0xE0 && first < 0xF0 ? 3
                        : first >= 0xF0 && first < 0xF5 ? 4
                                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // Longer than need be, halves of a pair, and beyond the last character.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0)) return 0;
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90)) return 0;
  return length;
}

std::string_view Utf8Prefix(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

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
