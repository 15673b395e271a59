#include "monitord/notify/smtp_reply.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

SmtpReply Reply(int code, std::string line) { return {code, {std::move(line)}}; }

TEST_CASE("a reply is its lines without their codes", "[smtp_reply]") {
  const auto reply = ParseSmtpReply(250, "250-here\r\n250-AUTH PLAIN\n250");
  CHECK(reply.lines == std::vector<std::string>{"here", "AUTH PLAIN", ""});
  CHECK(reply.text() == "250 here AUTH PLAIN ");
  CHECK(ParseSmtpReply(220, "220-here\nwithout a code\n220 end").lines ==
        std::vector<std::string>{"here", "without a code", "end"});
  CHECK(ParseSmtpReply(250, "").lines.empty());
}

TEST_CASE("what several lines offer of an extension counts together, in whatever case and form", "[smtp_reply]") {
  const SmtpReply offers{250,
                         {"AUTH.example.org", "auth GSSAPI NTLM", "AUTH=LOGIN", "AUTHENTIC", "STARTTLS", "SIZE 1"}};
  CHECK(Extension(offers, "AUTH") == "GSSAPI NTLM LOGIN");
  CHECK(Extension(offers, "STARTTLS") == "");
  CHECK_FALSE(Extension(offers, "DSN"));
  CHECK_FALSE(Extension({250, {"AUTH PLAIN is our name"}}, "AUTH"));
}

TEST_CASE("a recipient is refused for good only by what is said of the recipient", "[smtp_reply]") {
  for (const SmtpReply& reply :
       {Reply(550, "5.1.1 nobody here"), Reply(550, "No such user here"), Reply(553, "5.1.3 bad address"),
        Reply(550, "5.2.1 mailbox disabled"), Reply(551, "user not local"), Reply(501, "5.1.3 bad syntax"),
        Reply(550, "5.1.10 RESOLVER.ADR.RecipientNotFound"), Reply(554, "5.1.1 unknown"), Reply(550, "5.0.0 unknown"),
        SmtpReply{550, {"5.1.1 The email account that you tried to reach", "5.1.1 does not exist"}}}) {
    INFO(reply.text());
    CHECK(is_about_recipient(reply));
  }
  for (const SmtpReply& reply :
       {Reply(504, "5.5.2 <mon>: Helo command rejected: need fully-qualified hostname"),
        Reply(550, "5.7.1 <x@y>: Recipient address rejected: Authentication required"),
        Reply(554, "5.7.1 <duty@isp.test>: Relay access denied"), Reply(550, "relaying denied"),
        Reply(554, "5.7.1 Service unavailable; Client host [203.0.113.9] blocked using a list"),
        Reply(550, "5.7.606 Access denied, banned sending IP"), Reply(503, "5.5.1 bad sequence"),
        Reply(552, "5.2.2 mailbox full"), Reply(550, "mailbox is full"),
        Reply(550, "5.1.8 sender's domain does not exist"), Reply(554, "transaction failed"),
        Reply(550, "5.4.5 Daily user sending limit exceeded"), Reply(550, "Sender verify failed"),
        Reply(521, "does not accept mail"), Reply(450, "5.1.1 later"), Reply(550, "5.7.25 no reverse DNS"),
        Reply(550, "Please log in first"), Reply(500, "")}) {
    INFO(reply.text());
    CHECK_FALSE(is_about_recipient(reply));
  }
}

TEST_CASE("a mail is refused for good only by what is said of its content", "[smtp_reply]") {
  for (const SmtpReply& reply : {Reply(554, "5.7.1 looks like spam"), Reply(552, "5.3.4 too big"),
                                 Reply(554, "5.6.0 bad content"), Reply(554, "message rejected"),
                                 Reply(550, "5.7.1 blocked as spam"), Reply(550, "5.2.0 spam message rejected")}) {
    INFO(reply.text());
    CHECK(is_about_content(reply));
  }
  for (const SmtpReply& reply :
       {Reply(550, "5.4.5 Daily user sending quota exceeded"), Reply(550, "5.7.60 Client does not have permissions"),
        Reply(554, "5.2.0 SendAsDenied; not allowed to send as this sender"), Reply(552, "over quota"),
        Reply(550, "5.7.26 unauthenticated"), Reply(554, "5.7.1 relay access denied"), Reply(451, "later"),
        Reply(554, "5.3.0 out of order"), Reply(550, "5.1.8 sender")}) {
    INFO(reply.text());
    CHECK_FALSE(is_about_content(reply));
  }
}

}  // namespace
}  // namespace linewatch
