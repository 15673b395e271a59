#include "monitord/chat_text.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "monitord/answer_text.h"

namespace linewatch {

std::string WrittenAt(const Message& message, WallTime now) {
  if (message.queued == kNever || now - message.queued < kLate) return "";
  const auto local = [](WallTime t) {
    const std::time_t seconds = ToTimeT(t);
    std::tm fields{};
    localtime_r(&seconds, &fields);
    return fields;
  };
  const std::tm then = local(message.queued), today = local(now);
  const bool is_of_today = then.tm_yday == today.tm_yday && then.tm_year == today.tm_year;
  char text[64];
  const size_t length = std::strftime(text, sizeof text, is_of_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  return "written at " + std::string(text, length);
}

std::vector<std::string> ChatLines(const Message& message, WallTime now) {
  const auto without_controls = [](std::string_view text) {
    std::string line(text);
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return line;
  };
  std::vector<std::string> lines = {without_controls(message.subject)};
  if (const std::string written = WrittenAt(message, now); !written.empty()) lines.push_back("(" + written + ")");
  std::string_view rest = message.text;
  for (bool is_first = true; !rest.empty(); is_first = false) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string line = without_controls(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!is_first || line != lines.front()) lines.push_back(std::move(line));
  }
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Fit(const std::vector<std::string>& lines, size_t limit,
                const std::function<size_t(std::string_view)>& length) {
  const auto more = [&](size_t shown) {
    const size_t left = lines.size() - shown;
    return "\n… and " + std::to_string(left) + (left == 1 ? " more line" : " more lines");
  };
  std::string whole;
  for (const std::string& line : lines) whole += (&line == lines.data() ? "" : "\n") + line;
  if (length(whole) <= limit) return whole;

  const size_t room = limit - std::min(limit, length(more(0)));  // what is said of the rest is never longer than that
  std::string text = lines.front();
  if (length(text) > room) {
    std::string_view part = text;
    while (!part.empty() && length(part) + length("…") > room) part = Utf8Prefix(part, part.size() - 1);
    text = std::string(part) + "…";
  }
  size_t shown = 1;
  for (size_t used = length(text); shown < lines.size(); ++shown) {
    used += length("\n") + length(lines[shown]);
    if (used > room) break;
    text += '\n' + lines[shown];
  }
  return shown < lines.size() ? text + more(shown) : text;
}

}  // namespace linewatch
