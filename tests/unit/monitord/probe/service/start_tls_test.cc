#include "monitord/probe/service/start_tls.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

// What is said in answer to each of `heard`, and how it ends.
std::string Talk(int port, std::initializer_list<std::string_view> heard) {
  StartTls talk(port);
  std::string said;
  for (const auto text : heard) {
    talk.Hear(text);
    said += talk.to_say;
    talk.to_say = "";
  }
  if (talk.state() == StartTls::State::kDone) return said + "TLS";
  return said + talk.fault();
}

TEST_CASE("where no protocol needs it TLS begins at once", "[start_tls]") {
  CHECK(Talk(443, {}) == "TLS");
  CHECK(Talk(25, {}).empty());
}

TEST_CASE("a mail server is asked for TLS when it offers it", "[start_tls]") {
  for (const int port : {25, 587})
    CHECK(Talk(port, {"220-mail.example\r\n220 ESMTP\r\n", "250-mail.example\r\n250-STARTTLS\r\n250 SIZE\r\n",
                      "220 go ahead\r\n"}) == "EHLO linewatch\r\nSTARTTLS\r\nTLS");
}

TEST_CASE("what a mail server says may come in any pieces", "[start_tls]") {
  CHECK(Talk(25, {"22", "0 mail\r", "\n", "250 starttls\n", "220", " ok\n"}) == "EHLO linewatch\r\nSTARTTLS\r\nTLS");
}

TEST_CASE("a mail server without STARTTLS, or that refuses, says so", "[start_tls]") {
  CHECK(Talk(25, {"220 x\r\n", "250-x\r\n250 SIZE\r\n"}) == "EHLO linewatch\r\nthe mail server offers no STARTTLS");
  CHECK(Talk(25, {"554 go\x1B away\r\n"}) == "no STARTTLS, the mail server says: 554 go away");
  CHECK(Talk(25, {"220 x\r\n", "250 STARTTLS\r\n", "454 not now\r\n"}) ==
        "EHLO linewatch\r\nSTARTTLS\r\nno STARTTLS, the mail server says: 454 not now");
}

TEST_CASE("IMAP has words of its own for it", "[start_tls]") {
  CHECK(Talk(143, {"* OK ready\r\n", "* CAPABILITY x\r\na OK begin\r\n"}) == "a STARTTLS\r\nTLS");
  CHECK(Talk(143, {"* OK ready\r\n", "a BAD what\r\n"}) ==
        "a STARTTLS\r\nno STARTTLS, the mail server says: a BAD what");
  CHECK(Talk(143, {"* BYE\r\n"}) == "no STARTTLS, the mail server says: * BYE");
}

TEST_CASE("a mail server that never ends its answer is not listened to for ever", "[start_tls]") {
  const std::string line = "220-" + std::string(1000, 'x') + "\r\n", endless(20000, 'x');
  CHECK(Talk(25, {line, line, line, line, line, line, line, line, line, line, line, line, line, line, line, line, line,
                  line}) == "the server's answer has no end");
  CHECK(Talk(143, {endless}) == "the server's answer has no end");
}

}  // namespace
}  // namespace linewatch
