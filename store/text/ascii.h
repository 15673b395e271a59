// Characters of ASCII in text that is UTF-8 otherwise; no locale has a say.
#ifndef LINEWATCH_STORE_TEXT_ASCII_H_
#define LINEWATCH_STORE_TEXT_ASCII_H_

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace linewatch {

inline char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

// `lines_allowed`: but for line ends and tabs.
inline bool has_control_characters(std::string_view text, bool lines_allowed) {
  return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
    if (lines_allowed && (c == '\n' || c == '\t' || c == '\r')) return false;
    return c < 0x20 || c == 0x7f;
  });
}

// Two digits a byte.
inline std::string Hexadecimal(std::span<const unsigned char> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace linewatch

#endif
