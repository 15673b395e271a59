// The text of a mail: RFC 5322 and MIME, from what people are to be told.
#ifndef LINEWATCH_MONITORD_NOTIFY_MAIL_MESSAGE_H_
#define LINEWATCH_MONITORD_NOTIFY_MAIL_MESSAGE_H_

#include <string>
#include <string_view>

#include "store/alert.h"

namespace linewatch {

// All of it, with line ends as mail has them, none longer than 76 characters but for one that cannot be broken; without
// what the transport adds (DotStuffed). The same message gives the same text each time, to the Message-ID and the
// boundary. Whatever stands in subject, title or addresses, it adds no header and no line.
std::string MailText(const Message& message, std::string_view from, std::string_view from_name);

// As the transport wants it after DATA (RFC 5321, 4.5.2), with the line of a single dot that ends it.
std::string DotStuffed(std::string_view mail);

// An address that needs no quoting, no extension of the protocol and no escape: plain ASCII, LOCAL@DOMAIN.
bool is_simple_mail_address(std::string_view address);

std::string Base64(std::string_view text);

}  // namespace linewatch

#endif
