// What a mail server answers, and what it means for the mail (RFC 5321, RFC 3463). Pure: text in, verdict out.
#ifndef LINEWATCH_MONITORD_NOTIFY_SMTP_REPLY_H_
#define LINEWATCH_MONITORD_NOTIFY_SMTP_REPLY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linewatch {

struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;  // without the code

  bool is_good() const { return code / 100 == 2; }
  bool is_final() const { return code / 100 == 5; }  // the same again would be refused again
  // All of it, as people read it: "550 5.1.1 nobody here".
  std::string text() const;
};

// `text` is all of the answer, with line ends: each line with the code that it begins with.
SmtpReply ParseSmtpReply(int code, std::string_view text);

// The words behind an extension that the answer to EHLO names, in upper case, those of several lines together; "" when it
// has none, and nothing when it is not offered. "AUTH=" is how servers of long ago write it.
std::optional<std::string> Extension(const SmtpReply& offers, std::string_view name);

// Whether a list of words separated by blanks has `word`.
bool has_word(std::string_view words, std::string_view word);

// Of an answer to RCPT: it refuses this recipient for good. False where it is about anything else: the name in EHLO, the
// login, the address that we come from, a mailbox that is full. Those can be mended, or time does it.
bool is_about_recipient(const SmtpReply& reply);

// Of the answer to a whole mail: it refuses what stands in this one for good. False where it is about the sender, the
// login, a limit or a server that is out of order.
bool is_about_content(const SmtpReply& reply);

}  // namespace linewatch

#endif
