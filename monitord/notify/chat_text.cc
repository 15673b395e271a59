#include "monitord/notify/chat_text.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <iterator>

#include "monitord/system/time_text.h"
#include "store/text/plain_text.h"
#include "store/text/wording.h"

namespace linewatch {

namespace {

bool is_alphanumeric(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

// Of a name in a network: beyond ASCII, too.
bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalpha(byte) != 0;
}

char32_t CodePointOf(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(character[i]); };
  constexpr unsigned char kFirst[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = byte(0) & kFirst[character.size()];
  for (size_t i = 1; i < character.size(); ++i) code = code << 6 | (byte(i) & 0x3F);
  return code;
}

// Unicode's controls of direction, its characters without width or ink, and its tags.
bool is_invisible(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  constexpr Range kRanges[] = {{0xAD, 0xAD},     {0x34F, 0x34F},    {0x61C, 0x61C},   {0x115F, 0x1160},
                               {0x17B4, 0x17B5}, {0x180B, 0x180F},  {0x200B, 0x200F}, {0x202A, 0x202E},
                               {0x2060, 0x206F}, {0x3164, 0x3164},  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
                               {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [&](const Range& range) { return c >= range.first && c <= range.last; });
}

// Emoji and some scripts join by them, but nothing within ASCII does.
bool is_joiner(char32_t c) { return c == 0x200C || c == 0x200D; }

std::string WithoutInvisible(std::string_view line) {
  std::string clean;
  while (!line.empty()) {
    const size_t length = std::max<size_t>(Utf8Length(line), 1);
    const auto character = line.substr(0, length);
    const char32_t code = CodePointOf(character);
    line.remove_prefix(length);
    const auto is_beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    const bool joins = is_joiner(code) && !clean.empty() && is_beyond_ascii(clean.back()) && !line.empty() &&
                       is_beyond_ascii(line.front());
    if (code == 0x2028 || code == 0x2029) {  // ends of lines
      clean += ' ';
    } else if (joins || !is_invisible(code)) {
      clean += character;
    }
  }
  return clean;
}

// Without what stands around a word in a sentence.
std::string_view CoreOf(std::string_view word) {
  while (!word.empty() && std::string_view("([{<\"'").find(word.front()) != std::string_view::npos)
    word.remove_prefix(1);
  while (!word.empty() && std::string_view(")]}>\"',.;:!?").find(word.back()) != std::string_view::npos)
    word.remove_suffix(1);
  return word;
}

std::string WithoutLinks(std::string_view word) {
  std::string harmless;
  for (size_t i = 0; i < word.size(); ++i) {
    const char before = i == 0 ? ' ' : word[i - 1], after = i + 1 == word.size() ? ' ' : word[i + 1];
    if (word.substr(i).starts_with("://")) {
      harmless += ":∕∕";
      i += 2;
    } else if (word[i] == '.' && (is_alphanumeric(before) || before == '-') && is_letter(after)) {
      harmless += "․";
    } else if (word[i] == '@' && !is_alphanumeric(before) && is_alphanumeric(after)) {
      harmless += "＠";
    } else {
      harmless += word[i];
    }
  }
  return harmless;
}

std::string WithoutMarks(std::string_view word) {
  std::string plain;
  for (size_t i = 0; i < word.size(); ++i) {
    const char before = i == 0 ? ' ' : word[i - 1], after = i + 1 == word.size() ? ' ' : word[i + 1];
    if (word[i] == '*') {
      plain += "∗";
    } else if (word[i] == '_' &&
               !(is_alphanumeric(before) && is_alphanumeric(after))) {  // within a word it marks nothing
      plain += "ˍ";
    } else if (word[i] == '~') {
      plain += "∼";
    } else if (word[i] == '`') {
      plain += "ˋ";
    } else {
      plain += word[i];
      if (word[i] == ']' && (after == '(' || after == '[' || after == ':')) plain += ' ';
    }
  }
  return plain;
}

// `change` each word of a line, and leave the blanks.
template <class Change>
std::string ByWords(std::string_view line, const Change& change) {
  std::string changed;
  for (;;) {
    const size_t end = std::min(line.find(' '), line.size());
    changed += change(line.substr(0, end));
    if (end == line.size()) return changed;
    changed += ' ';
    line.remove_prefix(end + 1);
  }
}

}  // namespace

TrustedWords::TrustedWords(const Message& message, std::string_view public_url) {
  Add(public_url);
  for (const Alert& alert : message.alerts) {
    for (const std::string* text : {&alert.name, &alert.ip, &alert.customer, &alert.group}) Add(*text);
    for (const std::string& name : alert.dependents) Add(name);
    // Of a URL its host, of which reasons speak.
    const std::string_view url = alert.ip;
    if (const size_t scheme = url.find("://"); scheme != std::string_view::npos) {
      const auto rest = url.substr(scheme + 3);
      Add(rest.substr(0, rest.find_first_of(":/?#")));
    }
  }
}

void TrustedWords::Add(std::string_view text) {
  // What calls people is not trusted, whoever wrote it.
  ByWords(text, [&](std::string_view word) {
    const auto core = CoreOf(word);
    if (!core.empty() && core.front() != '@') words_.emplace(core);
    return "";
  });
}

bool TrustedWords::contains(std::string_view word) const { return words_.contains(std::string(CoreOf(word))); }

std::string HarmlessLine(std::string_view line, const TrustedWords& trusted) {
  return ByWords(WithoutInvisible(line), [&](std::string_view word) {
    return trusted.contains(word) ? std::string(word) : WithoutLinks(word);
  });
}

std::string WithoutMarkdown(std::string_view line, const TrustedWords& trusted) {
  return ByWords(line, [&](std::string_view word) {
    const bool is_link = word.find("://") != std::string_view::npos && trusted.contains(word);
    return is_link ? std::string(word) : WithoutMarks(word);
  });
}

std::string WrittenAt(const Message& message, WallTime now) {
  if (message.queued == kNever || now - message.queued < kLate) return "";
  return "written at " + ClockText(message.queued, now);
}

std::vector<std::string> ChatLines(const Message& message, WallTime now, std::string_view public_url) {
  const TrustedWords trusted(message, public_url);
  const auto harmless = [&](std::string_view line) { return HarmlessLine(WithoutControls(line), trusted); };
  std::vector<std::string> lines = {harmless(message.subject)};
  if (const std::string written = WrittenAt(message, now); !written.empty()) lines.push_back("(" + written + ")");
  std::string_view rest = message.text;
  for (bool is_first = true; !rest.empty(); is_first = false) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string line = harmless(rest.substr(0, end));
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
