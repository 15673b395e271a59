// The text of a mail that carries a message: RFC 5322 and MIME.
//
// Poco writes header, parts, their encodings and the dots. Its MailMessage, which would write the whole, is not used,
// because a mail by it
//   is another one at each attempt, by its boundary: whoever gets both cannot see that they are one
//   takes a line end in the subject for the next header, and a quote in a name for the end of the name
//   lets encoded words begin within a character, and does not break a long header at all
//   does not name its MIME-Version when it has a single part: what is encoded is shown as it is
// So what stands in the headers is made here, and which parts there are.
#ifndef LINEWATCH_MONITORD_NOTIFY_MAIL_MESSAGE_H_
#define LINEWATCH_MONITORD_NOTIFY_MAIL_MESSAGE_H_

#include <string>
#include <string_view>

#include "store/alert.h"

namespace linewatch {

// The whole mail, without what the transport adds (DotStuffed). Lines end with CRLF and have at most 76 characters, but
// for what cannot be broken. The same message gives the same text each time, Message-ID and boundary included. Whatever
// stands in subject, title or addresses, it adds no header and no line.
std::string MailText(const Message& message, std::string_view from, std::string_view from_name);

// As the transport wants it after DATA (RFC 5321, 4.5.2), with the line of a single dot that ends it.
std::string DotStuffed(std::string_view mail);

// An address that needs no quoting, no extension of the protocol and no escape: plain ASCII, LOCAL@DOMAIN.
bool is_simple_mail_address(std::string_view address);

std::string Base64(std::string_view text);

}  // namespace linewatch

#endif
