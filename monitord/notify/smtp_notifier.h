// Alerts by e-mail, through the mail server of config.json's `smtp`.
//
// Security "tls" and "starttls" verify the server's certificate, on this machine, too, and with "starttls" nothing but
// EHLO goes to a server that does not offer it. With "none" all goes in clear, a password as well: whoever sets that
// wants it so, for a server on the same machine or a wire of its own.
//
// EHLO says `helo`, or without it the machine's name where that has a dot. Where it has none, or is one of localhost, it
// says our address in brackets (RFC 5321 section 4.1.3), and to a server that does not take that the domain of `from`:
// many servers refuse a name without a dot, some only when they hear of a recipient.
#ifndef LINEWATCH_MONITORD_NOTIFY_SMTP_NOTIFIER_H_
#define LINEWATCH_MONITORD_NOTIFY_SMTP_NOTIFIER_H_

#include <string>
#include <string_view>
#include <vector>

#include "monitord/notify/notifier.h"
#include "monitord/notify/smtp_connection.h"

namespace linewatch {

// A failure that other settings can mend (a login, a certificate, a sender that is not wanted) defers the message: it
// is not lost.
class SmtpNotifier : public Notifier {
 public:
  SmtpNotifier(const Config::Smtp& smtp, std::string title, const SmtpPatience& patience = {});

  Delivery Send(const Message& message) override;
  void Cancel() override;

 private:
  // What these throw defers the message.
  void Converse(const Message& message, Delivery& delivery);
  // Until the server is ready for a mail: connected, under TLS where that is wanted, logged in.
  void Open();
  SmtpReply SayHello();
  void LogIn(const SmtpReply& offers);
  // RCPT TO for each of delivery.left. Answers those that are to be tried later; those refused for good are moved to
  // delivery.refused. `answer` is what the server said to the last one that it did not take.
  std::vector<std::string> NameRecipients(Delivery& delivery, std::string& answer);
  std::string Answer(std::string_view text) const;

  const Config::Smtp smtp_;
  const std::string title_;
  std::vector<std::string> secrets_;
  std::string hello_;  // the name that the server has taken
  SmtpConnection connection_;
};

}  // namespace linewatch

#endif
