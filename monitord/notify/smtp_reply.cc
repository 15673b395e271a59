#include "monitord/notify/smtp_reply.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <span>

#include "store/text/ascii.h"

namespace linewatch {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 3463: "5.1.1" at the beginning of a line.
struct EnhancedCode {
  int subject = 0, detail = 0;
};

std::optional<int> TakeNumber(std::string_view& text) {
  constexpr size_t kMostDigits = 3;
  size_t digits = 0;
  int number = 0;
  while (digits < text.size() && is_digit(text[digits])) {
    if (digits == kMostDigits) return std::nullopt;
    number = number * 10 + (text[digits++] - '0');
  }
  text.remove_prefix(digits);
  return digits > 0 ? std::optional(number) : std::nullopt;
}

// Of a refusal; nothing where none is given.
std::optional<EnhancedCode> EnhancedCodeOf(const SmtpReply& reply) {
  for (std::string_view line : reply.lines) {
    if (!line.starts_with("5.")) continue;
    line.remove_prefix(2);
    const auto subject = TakeNumber(line);
    if (!subject || !line.starts_with('.')) continue;
    line.remove_prefix(1);
    const auto detail = TakeNumber(line);
    if (detail && (line.empty() || !std::isalnum(static_cast<unsigned char>(line.front()))))
      return EnhancedCode{*subject, *detail};
  }
  return std::nullopt;
}

bool says_one_of(const SmtpReply& reply, std::span<const std::string_view> words) {
  std::string lower;
  for (const char c : reply.text()) lower += LowerCase(c);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// What servers say when they mean the way in which a mail came: who sends, from where, how much, when. Many say it with a
// code that means the recipient or the mail, or with none.
constexpr std::string_view kOfTheWay[] = {
    "relay",      "authenticat", "log in",      "login",      "helo",      "client host",   "blocked",
    "block list", "blocklist",   "blacklist",   "denylist",   "dnsbl",     " rbl",          "spamhaus",
    "reputation", "sender",      "send as",     "sendas",     "mail from", "access denied", "not allowed",
    "policy",     "quota",       "full",        "rate limit", "ratelimit", "too many",      "daily",
    "hourly",     "temporar",    "try again",   "later",      "greylist",  "spf",           "dkim",
    "dmarc",      "rdns",        "reverse dns", "starttls",   "encrypt",   "ip address",    "your ip",
    "your domain"};
constexpr std::string_view kOfTheContent[] = {"spam",       "virus",  "malware",   "phish",        "content",
                                              "attachment", "header", "too large", "message size", "too big"};

}  // namespace

std::string SmtpReply::text() const {
  std::string text = std::to_string(code);
  for (const std::string& line : lines) text += ' ' + line;
  return text;
}

SmtpReply ParseSmtpReply(int code, std::string_view text) {
  SmtpReply reply{code, {}};
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool has_code = line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, is_digit);
    if (has_code) line.remove_prefix(std::min<size_t>(line.size(), 4));
    reply.lines.emplace_back(line);
  }
  return reply;
}

std::optional<std::string> Extension(const SmtpReply& offers, std::string_view name) {
  std::optional<std::string> words;
  // The first line is the server's name.
  for (size_t i = 1; i < offers.lines.size(); ++i) {
    std::string upper;
    for (const unsigned char c : offers.lines[i]) upper += static_cast<char>(std::toupper(c));
    if (!upper.starts_with(name)) continue;
    if (upper.size() > name.size() && upper[name.size()] != ' ' && upper[name.size()] != '=') continue;
    if (!words) words = "";
    if (upper.size() <= name.size() + 1) continue;
    if (!words->empty()) *words += ' ';
    *words += upper.substr(name.size() + 1);
  }
  return words;
}

bool has_word(std::string_view words, std::string_view word) {
  return (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

bool is_about_recipient(const SmtpReply& reply) {
  if (!reply.is_final()) return false;
  const auto enhanced = EnhancedCodeOf(reply);
  if (enhanced && enhanced->subject == 1)
    return enhanced->detail != 7 && enhanced->detail != 8;  // those are the sender
  if (enhanced && enhanced->subject == 2) return enhanced->detail == 1 || enhanced->detail == 4;  // disabled, a list
  if (enhanced && enhanced->subject != 0) return false;
  // 550 no such mailbox, 551 not here, 553 no name of a mailbox.
  return (reply.code == 550 || reply.code == 551 || reply.code == 553) && !says_one_of(reply, kOfTheWay);
}

bool is_about_content(const SmtpReply& reply) {
  if (!reply.is_final()) return false;
  const auto enhanced = EnhancedCodeOf(reply).value_or(EnhancedCode{});
  const auto [subject, detail] = enhanced;
  if (subject == 6 || (subject == 3 && detail == 4) || (subject == 2 && detail == 3)) return true;
  if (subject == 1) return detail != 7 && detail != 8;
  const bool may_be = subject == 0 || (subject == 2 && detail <= 1) || (subject == 7 && detail <= 1);
  return may_be && (says_one_of(reply, kOfTheContent) || !says_one_of(reply, kOfTheWay));
}

}  // namespace linewatch
