#include "monitord/notify/chat_text.h"

#include <algorithm>
#include <chrono>

#include "monitord/system/time_text.h"
#include "store/text/plain_text.h"
#include "store/text/wording.h"

namespace linewatch {

std::string WrittenAt(const Message& message, WallTime now) {
  if (message.queued == kNever || now - message.queued < kLate) return "";
  return "written at " + ClockText(message.queued, now);
}

std::vector<std::string> ChatLines(const Message& message, WallTime now) {
  std::vector<std::string> lines = {WithoutControls(message.subject)};
  if (const std::string written = WrittenAt(message, now); !written.empty()) lines.push_back("(" + written + ")");
  std::string_view rest = message.text;
  for (bool is_first = true; !rest.empty(); is_first = false) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string line = WithoutControls(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!is_first || line != lines.front()) lines.push_back(std::move(line));
  }
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Fit(const std::vector<std::string>& lines, size_t limit,
                const std::function<size_t(std::string_view)>& length) {
  const auto more = [&](size_t shown) { return "\n… and " + CountOf(lines.size() - shown, "more line"); };
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
