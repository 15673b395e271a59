#include "store/text/markup.h"

namespace linewatch {
namespace {

std::string Escaped(std::string_view text, std::string_view characters) {
  std::string escaped;
  for (const char c : text) {
    if (characters.find(c) == std::string_view::npos) {
      escaped += c;
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c == '"' ? "&quot;" : "&#39;";
    }
  }
  return escaped;
}

}  // namespace

std::string HtmlEscaped(std::string_view text) { return Escaped(text, "&<>\"'"); }
std::string SlackEscaped(std::string_view text) { return Escaped(text, "&<>"); }

}  // namespace linewatch
