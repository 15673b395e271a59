#include "monitord/notify/mail_message.h"

#include <Poco/Base64Encoder.h>
#include <Poco/Net/QuotedPrintableEncoder.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <sstream>

#include "store/text/plain_text.h"

namespace linewatch {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kLine = 76;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

// RFC 2047. A character never stands in two words: each of them is decoded by itself. (Poco's encodeWord breaks inside
// characters.)
std::string EncodedWords(std::string_view text) {
  constexpr size_t kWord = 39;  // with what stands around its 52 characters, and "Subject: " before it, one line
  std::string words;
  while (!text.empty()) {
    const auto part = Utf8Prefix(text, kWord);
    const auto taken = part.empty() ? text.substr(0, kWord) : part;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + Base64(taken) + "?=";
    text.remove_prefix(taken.size());
  }
  return words;
}

// `name: value`, broken at blanks where it is long. What is no plain text is encoded.
std::string Unstructured(std::string_view name, std::string_view value) {
  std::string line = WithoutControls(value);
  size_t longest_word = 0, word = 0;
  for (const char c : line) {
    word = c == ' ' ? 0 : word + 1;
    longest_word = std::max(longest_word, word);
  }
  std::string header(name);
  header += ": ";
  // A blank at the front or end, or two in a row, would be lost or stand alone on a line when it is broken.
  const bool is_plain = is_ascii(line) && line.find("=?") == std::string::npos && longest_word < kLine / 2 &&
                        line.find("  ") == std::string::npos && !line.starts_with(' ') && !line.ends_with(' ');
  if (!is_plain) {
    return header + EncodedWords(line) + "\r\n";
  }
  size_t column = header.size();
  for (std::string_view rest = line; !rest.empty();) {
    const size_t end = std::min(rest.find(' ', 1), rest.size());  // a word with the blank before it
    if (column + end > kLine) {
      header += kLineEnd;
      column = 0;
    }
    header += rest.substr(0, end);
    column += end;
    rest.remove_prefix(end);
  }
  return header += kLineEnd;
}

std::string DisplayName(std::string_view name) {
  const std::string line = WithoutControls(name);
  if (!is_ascii(line) || line.find("=?") != std::string::npos || line.size() > kLine / 2) return EncodedWords(line);
  std::string quoted = "\"";
  for (const char c : line) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

std::string DateOf(WallTime t) {
  const std::time_t seconds = ToTimeT(t);
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[64];
  const size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S %z", &local);
  return {text, length};
}

std::string Part(std::string_view type, std::string_view content) {
  std::string lines;
  for (const char c : content) {
    if (c == '\r') continue;
    if (c == '\n') lines += '\r';
    lines += c;
  }
  std::ostringstream encoded;
  Poco::Net::QuotedPrintableEncoder encoder(encoded);
  encoder << lines;
  encoder.close();
  std::string part = "Content-Type: text/";
  part += type;
  part += "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + encoded.str();
  if (!part.ends_with(kLineEnd)) part += kLineEnd;
  return part;
}

std::string AttachedPart(const Message::Attachment& attachment) {
  std::string part = "Content-Type: text/csv; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n";
  part += "Content-Disposition: attachment;\r\n filename=\"" + attachment.name + "\"\r\n\r\n";
  const std::string encoded = Base64(attachment.content);
  for (size_t at = 0; at < encoded.size(); at += kLine) part += encoded.substr(at, kLine) + "\r\n";
  return part;
}

}  // namespace

std::string Base64(std::string_view text) {
  std::ostringstream out;
  Poco::Base64Encoder encoder(out);
  encoder.rdbuf()->setLineLength(0);
  encoder << text;
  encoder.close();
  return out.str();
}

bool is_simple_mail_address(std::string_view address) {
  const size_t at = address.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || address.size() > 254) return false;
  const auto local = address.substr(0, at), domain = address.substr(at + 1);
  const auto is_atom = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(static_cast<char>(c)) != std::string_view::npos;
  };
  const auto is_domain = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) || c == '-' || c == '.' || c == '_';
  };
  return std::all_of(local.begin(), local.end(), is_atom) && !domain.empty() &&
         std::all_of(domain.begin(), domain.end(), is_domain) && !domain.starts_with('.') && !domain.ends_with('.') &&
         domain.find("..") == std::string_view::npos;
}

std::string MailText(const Message& message, std::string_view from, std::string_view from_name) {
  const std::string sender = WithoutControls(from);
  const std::string domain = is_simple_mail_address(sender) ? sender.substr(sender.find('@') + 1) : "localhost";
  std::string mail = "Date: " + DateOf(message.queued) + "\r\n";
  mail += "From: " + DisplayName(from_name) + "\r\n <" + sender + ">\r\n";
  mail += "To:";
  for (size_t i = 0; i < message.to.size(); ++i) mail += (i == 0 ? " " : ",\r\n ") + WithoutControls(message.to[i]);
  mail += kLineEnd;
  mail += Unstructured("Subject", message.subject);
  mail += "Message-ID: <" + message.id + "@" + domain + ">\r\n";
  mail += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  // "=_" cannot stand in what is quoted-printable or Base64, so that no content ends a part.
  const std::string boundary = "=_" + message.id;
  const auto multipart = [](std::string_view kind, const std::string& limit, const std::vector<std::string>& parts) {
    std::string all = "Content-Type: multipart/";
    all.append(kind).append(";\r\n boundary=\"" + limit + "\"\r\n\r\n");
    for (const std::string& part : parts) all.append("--").append(limit).append("\r\n").append(part);
    return all + "--" + limit + "--\r\n";
  };
  std::string body = Part("plain", message.text);
  if (!message.html.empty()) body = multipart("alternative", boundary, {body, Part("html", message.html)});
  if (message.attachment.name.empty()) return mail + body;
  return mail + multipart("mixed", boundary + "_mixed", {body, AttachedPart(message.attachment)});
}

std::string DotStuffed(std::string_view mail) {
  std::string stuffed;
  stuffed.reserve(mail.size() + 64);
  for (size_t i = 0; i < mail.size(); ++i) {
    if (mail[i] == '.' && (i == 0 || mail[i - 1] == '\n')) stuffed += '.';
    stuffed += mail[i];
  }
  if (!stuffed.empty() && !stuffed.ends_with(kLineEnd)) stuffed += kLineEnd;
  return stuffed += ".\r\n";
}

}  // namespace linewatch
