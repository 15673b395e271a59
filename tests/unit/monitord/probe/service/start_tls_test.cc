#include "monitord/probe/service/start_tls.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

// What is said at first and in answer to each of `heard`, and how it ends.
std::string Hold(StartTls& talk, std::initializer_list<std::string_view> heard) {
  std::string said(talk.to_say);
  talk.to_say = "";
  for (const auto text : heard) {
    talk.Hear(text);
    said += talk.to_say;
    talk.to_say = "";
  }
  if (talk.state() == StartTls::State::kDone) return said + "TLS";
  return said + talk.fault();
}

std::string Talk(int port, std::initializer_list<std::string_view> heard) {
  StartTls talk(port);
  return Hold(talk, heard);
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

std::string TalkOf(const std::string& protocol, std::initializer_list<std::string_view> heard,
                   std::vector<std::string> own_names = {"[192.0.2.9]"}) {
  StartTls talk(4711, {protocol, "im.example", std::move(own_names)});
  return Hold(talk, heard);
}

TEST_CASE("each protocol is spoken by choice at any port, or TLS at once", "[start_tls]") {
  CHECK(TalkOf("none", {}) == "TLS");
  CHECK(TalkOf("auto", {}) == "TLS");
  CHECK(TalkOf("smtp", {"220 x\r\n", "250 STARTTLS\r\n", "220 go\r\n"}) == "EHLO [192.0.2.9]\r\nSTARTTLS\r\nTLS");
  CHECK(TalkOf("imap", {"* OK x\r\n", "a OK go\r\n"}) == "a STARTTLS\r\nTLS");
  CHECK(StartTls(25, {"none"}).state() == StartTls::State::kDone);
}

TEST_CASE("each protocol has its usual ports", "[start_tls]") {
  for (const int port : {21, 110, 143, 389, 5222, 5269, 5432, 25, 587})
    CHECK(StartTls(port).state() == StartTls::State::kGoesOn);
  for (const int port : {443, 465, 636, 990, 993, 995, 5223, 8443})
    CHECK(StartTls(port).state() == StartTls::State::kDone);
}

TEST_CASE("a mail server that does not like a name gets the next one", "[start_tls]") {
  const auto talk = [](std::initializer_list<std::string_view> heard) {
    return TalkOf("smtp", heard, {"noc.example", "[192.0.2.9]"});
  };
  CHECK(talk({"220 x\r\n", "550 no such name\r\n", "250 STARTTLS\r\n", "220 go\r\n"}) ==
        "EHLO noc.example\r\nEHLO [192.0.2.9]\r\nSTARTTLS\r\nTLS");
  CHECK(talk({"220 x\r\n", "501-bad\r\n501 name\r\n", "504 5.5.2 bad name\r\n"}) ==
        "EHLO noc.example\r\nEHLO [192.0.2.9]\r\nno STARTTLS, the mail server says: 504 5.5.2 bad name");
  CHECK(talk({"220 x\r\n", "421 too many connections\r\n"}) ==
        "EHLO noc.example\r\nno STARTTLS, the mail server says: 421 too many connections");
}

TEST_CASE("this machine calls itself by its full name if it has one, and by its address", "[start_tls]") {
  using Names = std::vector<std::string>;
  CHECK(MailNames("noc.example", "192.0.2.9") == Names{"noc.example", "[192.0.2.9]", "linewatch.invalid"});
  CHECK(MailNames("pi", "2001:db8::1") == Names{"[IPv6:2001:db8::1]", "linewatch.invalid"});
  CHECK(MailNames("pi", "fe80::1%eth0") == Names{"[IPv6:fe80::1]", "linewatch.invalid"});
  CHECK(MailNames("not a.name", "") == Names{"linewatch.invalid"});
}

TEST_CASE("POP3 has words of its own for it", "[start_tls]") {
  CHECK(TalkOf("pop3", {"+OK ready <1@x>\r\n", "+OK begin\r\n"}) == "STLS\r\nTLS");
  CHECK(TalkOf("pop3", {"+OK ready\r\n", "-ERR what\r\n"}) == "STLS\r\nno STARTTLS, the mail server says: -ERR what");
}

TEST_CASE("FTP has words of its own for it, in lines with and without a code", "[start_tls]") {
  CHECK(TalkOf("ftp", {"220-Welcome\r\n to us\r\n234 lines\r\n220 ready\r\n", "234 go\r\n"}) == "AUTH TLS\r\nTLS");
  CHECK(TalkOf("ftp", {"120 ready in 1 minute\r\n", "220 ready\r\n", "234 go\r\n"}) == "AUTH TLS\r\nTLS");
  CHECK(TalkOf("ftp", {"220 ready\r\n", "504 no\r\n"}) == "AUTH TLS\r\nno STARTTLS, the FTP server says: 504 no");
}

TEST_CASE("PostgreSQL is asked by eight bytes, and answers by one", "[start_tls]") {
  const std::string asked("\0\0\0\x08\x04\xD2\x16\x2F", 8);
  CHECK(TalkOf("postgres", {"S"}) == asked + "TLS");
  CHECK(TalkOf("postgres", {"N"}) == asked + "the PostgreSQL server offers no TLS");
  CHECK(TalkOf("postgres", {"Etoo many clients\n"}) ==
        asked + "no STARTTLS, the PostgreSQL server says: too many clients");
  CHECK(TalkOf("postgres", {"SSH-2.0-OpenSSH\r\n"}) ==
        asked + "no PostgreSQL: the server speaks SSH (SSH-2.0-OpenSSH)");
}

TEST_CASE("XMPP opens a stream for the name of the server", "[start_tls]") {
  const auto talk = [](std::initializer_list<std::string_view> heard) {
    auto said = TalkOf("xmpp", heard);
    const std::string header = "to='im.example'>";
    REQUIRE(said.find(header) != std::string::npos);
    return said.substr(said.find(header) + header.size());
  };
  const std::string request = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  CHECK(talk({"<?xml version='1.0'?><stream:stream id='1'>",
              "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>",
              "</stream:features>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'", "/>"}) == request + "TLS");
  CHECK(talk({"<stream:stream><stream:features/>"}) == "the XMPP server offers no STARTTLS");
  CHECK(talk({"<stream:stream><stream:features><bind/></stream:features>"}) == "the XMPP server offers no STARTTLS");
  CHECK(talk({"<stream:stream><stream:features><starttls/></stream:features>", "<failure/>"}) ==
        request + "no STARTTLS, the XMPP server says: <failure/>");
  CHECK(talk({"<stream:stream><stream:error><host-unknown xmlns='x'/></stream:error>"}) ==
        "no STARTTLS, the XMPP server says: host-unknown");
}

TEST_CASE("LDAP is asked in BER, and its answer may have lengths of any form", "[start_tls]") {
  using namespace std::string_literals;
  const auto asked = TalkOf("ldap", {});
  CHECK(asked.ends_with("1.3.6.1.4.1.1466.20037"));
  CHECK(TalkOf("ldap", {"\x30\x0C\2\1\1\x78\7"s, "\x0A\1\0\4\0\4\0"s}) == asked + "TLS");
  CHECK(TalkOf("ldap", {"\x30\x84\0\0\0\x10\2\1\1\x78\x84\0\0\0\7\x0A\1\0\4\0\4\0"s}) == asked + "TLS");
  CHECK(TalkOf("ldap", {"\x30\x0F\2\1\1\x78\x0A\x0A\1\x34\4\0\4\3off"s}) ==
        asked + "no STARTTLS, the LDAP server says: code 52 off");
  CHECK(TalkOf("ldap", {"\x30\3\2\1\1"s}) == asked + "no STARTTLS, the LDAP server's answer cannot be read");
}

TEST_CASE("a server that speaks another protocol is told of by the one that it speaks", "[start_tls]") {
  CHECK(TalkOf("smtp", {"* OK IMAP ready\r\n"}) == "no SMTP: the server speaks IMAP (* OK IMAP ready)");
  CHECK(TalkOf("smtp", {"SSH-2.0-OpenSSH_9.2p1\r\n"}) == "no SMTP: the server speaks SSH (SSH-2.0-OpenSSH_9.2p1)");
  CHECK(
      TalkOf("smtp", {"220 ProFTPD\r\n", "530 Log in\r\n"}).ends_with("no SMTP: the server speaks FTP (220 ProFTPD)"));
  CHECK(TalkOf("ftp", {"220 x ESMTP\r\n", "502 what\r\n"}).ends_with("no FTP: the server speaks SMTP (220 x ESMTP)"));
  CHECK(TalkOf("imap", {"+OK POP3\r\n"}) == "no IMAP: the server speaks POP3 (+OK POP3)");
  CHECK(TalkOf("pop3", {"hello\r\n"}) == "no POP3: the server says: hello");
  CHECK(TalkOf("ldap", {"HTTP/1.1 400 Bad Request\r\n"})
            .ends_with("no LDAP: the server speaks HTTP (HTTP/1.1 400 Bad Request)"));
  CHECK(TalkOf("xmpp", {"\x15\3\1"}).ends_with("no XMPP: the server speaks TLS from the beginning"));
  // Its greeting does not make a mail server another one, as long as it goes on.
  CHECK(TalkOf("smtp", {"220 ftp.example\r\n", "250 STARTTLS\r\n", "220 go\r\n"}).ends_with("TLS"));
}

TEST_CASE("a mail server that never ends its answer is not listened to for ever", "[start_tls]") {
  const std::string line = "220-" + std::string(1000, 'x') + "\r\n", endless(20000, 'x');
  CHECK(Talk(25, {line, line, line, line, line, line, line, line, line, line, line, line, line, line, line, line, line,
                  line}) == "the server's answer has no end");
  CHECK(Talk(143, {endless}) == "the server's answer has no end");
}

}  // namespace
}  // namespace linewatch
