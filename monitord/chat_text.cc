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
  const auto more = [&](size_t shown) { return "\n… and " + std::to_string(lines.size() - shown) + " more lines"; };
  // What is said of the rest is never longer than this.
  const size_t reserve = length(more(0));
  std::string text;
  size_t used = 0;
  // The end of what may stay when something follows that does not fit.
  size_t kept = 0, kept_lines = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string line = lines[i];
    if (i == 0 && length(line) + reserve > limit) {
      std::string_view part = line;
      while (!part.empty() && length(part) + length("…") + reserve > limit) part = Utf8Prefix(part, part.size() - 1);
      line = std::string(part) + "…";
    }
    if (i > 0) line.insert(0, 1, '\n');
    used += length(line);
    if (used > limit) return text.substr(0, kept) + more(kept_lines);
    text += line;
    if (used + reserve > limit) continue;
    kept = text.size();
    kept_lines = i + 1;
  }
  return text;
}

}  // namespace linewatch
