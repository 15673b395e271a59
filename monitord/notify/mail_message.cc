#include "monitord/notify/mail_message.h"

#include <Poco/Base64Encoder.h>
#include <Poco/LineEndingConverter.h>
#include <Poco/Net/MailStream.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/MultipartWriter.h>
#include <Poco/Net/QuotedPrintableEncoder.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <sstream>
#include <vector>

#include "store/text/plain_text.h"

namespace linewatch {

using Poco::Net::MessageHeader;

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kLine = 76;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

// RFC 2047. A character never stands in two words: each of them is decoded by itself.
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

// Broken at blanks where it is long, with room for "Subject: ". What is no plain text is encoded.
std::string SubjectOf(std::string_view subject) {
  const std::string line = WithoutControls(subject);
  size_t longest_word = 0, word = 0;
  for (const char c : line) {
    word = c == ' ' ? 0 : word + 1;
    longest_word = std::max(longest_word, word);
  }
  // A blank at the front or end, or two in a row, would be lost or stand alone on a line when it is broken.
  const bool is_plain = is_ascii(line) && line.find("=?") == std::string::npos && longest_word < kLine / 2 &&
                        line.find("  ") == std::string::npos && !line.starts_with(' ') && !line.ends_with(' ');
  if (!is_plain) return EncodedWords(line);
  std::string folded;
  size_t column = std::string_view("Subject: ").size();
  for (std::string_view rest = line; !rest.empty();) {
    const size_t end = std::min(rest.find(' ', 1), rest.size());  // a word with the blank before it
    if (column + end > kLine) {
      folded += kLineEnd;
      column = 0;
    }
    folded += rest.substr(0, end);
    column += end;
    rest.remove_prefix(end);
  }
  return folded;
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

// A header, and the body that it describes, without the line end that belongs to the boundary behind it.
struct Part {
  MessageHeader header;
  std::string body;
};

Part TextPart(const std::string& type, const std::string& content) {
  std::ostringstream encoded;
  Poco::Net::QuotedPrintableEncoder encoder(encoded);
  Poco::OutputLineEndingConverter(encoder, Poco::LineEnding::NEWLINE_CRLF) << content;
  encoder.close();
  Part part;
  part.header.set("Content-Type", "text/" + type + "; charset=utf-8");
  part.header.set("Content-Transfer-Encoding", "quoted-printable");
  part.body = encoded.str();
  if (part.body.ends_with(kLineEnd)) part.body.resize(part.body.size() - kLineEnd.size());
  return part;
}

Part AttachedPart(const Message::Attachment& attachment) {
  std::ostringstream encoded;
  Poco::Base64Encoder encoder(encoded);
  encoder << attachment.content;
  encoder.close();
  Part part;
  part.header.set("Content-Type", "text/csv; charset=utf-8");
  part.header.set("Content-Transfer-Encoding", "base64");
  part.header.set("Content-Disposition", "attachment;\r\n filename=\"" + attachment.name + "\"");
  part.body = encoded.str();
  return part;
}

Part Multipart(const std::string& kind, const std::string& boundary, const std::vector<Part>& parts) {
  std::ostringstream body;
  Poco::Net::MultipartWriter writer(body, boundary);
  for (const Part& part : parts) {
    writer.nextPart(part.header);
    writer.stream() << part.body;
  }
  writer.close();
  Part whole;
  whole.header.set("Content-Type", "multipart/" + kind + ";\r\n boundary=\"" + boundary + "\"");
  whole.body = body.str();
  whole.body.resize(whole.body.size() - kLineEnd.size());
  return whole;
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
  // "=_" cannot stand in what is quoted-printable or Base64, so that no content ends a part.
  const std::string boundary = "=_" + message.id;
  Part part = TextPart("plain", message.text);
  if (!message.html.empty()) part = Multipart("alternative", boundary, {part, TextPart("html", message.html)});
  if (!message.attachment.name.empty())
    part = Multipart("mixed", boundary + "_mixed", {part, AttachedPart(message.attachment)});

  const std::string sender = WithoutControls(from);
  const std::string domain = is_simple_mail_address(sender) ? sender.substr(sender.find('@') + 1) : "localhost";
  std::string to;
  for (const std::string& address : message.to) to += (to.empty() ? "" : ",\r\n ") + WithoutControls(address);
  MessageHeader header;
  header.set("Date", DateOf(message.queued));
  header.set("From", DisplayName(from_name) + "\r\n <" + sender + ">");
  header.set("To", to);
  header.set("Subject", SubjectOf(message.subject));
  header.set("Message-ID", "<" + message.id + "@" + domain + ">");
  header.set("Auto-Submitted", "auto-generated");
  header.set("MIME-Version", "1.0");
  for (const auto& [name, value] : part.header) header.set(name, value);
  std::ostringstream mail;
  header.write(mail);
  mail << kLineEnd << part.body << kLineEnd;
  return mail.str();
}

std::string DotStuffed(std::string_view mail) {
  std::ostringstream stuffed;
  Poco::Net::MailOutputStream out(stuffed);
  out << mail;
  out.close();
  return stuffed.str();
}

}  // namespace linewatch
