#include "monitord/notify/mail_message.h"

#include <Poco/Base64Decoder.h>

#include <sstream>

#include "store/text/plain_text.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Catch::Matchers::ContainsSubstring;

Message Sample() {
  Message message;
  message.id = "k3v9";
  message.queued = FromUnixSeconds(1700000000);
  message.subject = "DOWN Server A (192.168.0.1) since 12:03:10";
  message.text = "no answer within 1 s\n";
  message.html = "<p>no answer within 1 s</p>\n";
  message.to = {"noc@example.org", "boss@example.org"};
  return message;
}

std::string Headers(const std::string& mail) { return mail.substr(0, mail.find("\r\n\r\n") + 2); }

// The names of the headers, in their order.
std::string NamesOf(const std::string& mail) {
  std::istringstream lines(Headers(mail));
  std::string names;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with(' ')) names += line.substr(0, line.find(':')) + " ";
  return names;
}

std::string HeaderOf(const std::string& mail, const std::string& name) {
  const std::string headers = "\r\n" + Headers(mail);
  size_t begin = headers.find("\r\n" + name + ": ");
  REQUIRE(begin != std::string::npos);
  begin += name.size() + 4;
  size_t end = headers.find("\r\n", begin);
  while (end + 2 < headers.size() && headers[end + 2] == ' ') end = headers.find("\r\n", end + 2);
  return headers.substr(begin, end - begin);
}

// What encoded words say, each decoded by itself as readers do.
std::string Decoded(std::string value) {
  std::string text;
  for (;;) {
    const size_t begin = value.find("=?UTF-8?B?");
    if (begin == std::string::npos) return text;
    const size_t end = value.find("?=", begin);
    std::istringstream in(value.substr(begin + 10, end - begin - 10));
    Poco::Base64Decoder decoder(in);
    text.append(std::istreambuf_iterator<char>(decoder), {});
    value.erase(0, end + 2);
  }
}

size_t LongestLine(const std::string& mail) {
  size_t longest = 0;
  for (size_t begin = 0; begin < mail.size();) {
    const size_t end = mail.find("\r\n", begin);
    REQUIRE(end != std::string::npos);
    longest = std::max(longest, end - begin);
    begin = end + 2;
  }
  return longest;
}

TEST_CASE("a mail says who, to whom, when and what, and that a machine wrote it", "[mail_message]") {
  const std::string mail = MailText(Sample(), "monitor@example.org", "Linewatch");
  CHECK(HeaderOf(mail, "From") == "\"Linewatch\"\r\n <monitor@example.org>");
  CHECK(HeaderOf(mail, "To") == "noc@example.org,\r\n boss@example.org");
  CHECK(HeaderOf(mail, "Subject") == "DOWN Server A (192.168.0.1) since 12:03:10");
  CHECK(HeaderOf(mail, "Message-ID") == "<k3v9@example.org>");
  CHECK(HeaderOf(mail, "Auto-Submitted") == "auto-generated");
  CHECK_THAT(HeaderOf(mail, "Date"), ContainsSubstring(" Nov 2023 "));
  CHECK_THAT(mail,
             ContainsSubstring("Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n\r\nno answer within 1 s\r\n--=_k3v9"));
  CHECK_THAT(mail, ContainsSubstring("<p>no answer within 1 s</p>\r\n--=_k3v9--\r\n"));
  CHECK(LongestLine(mail) <= 76);
}

TEST_CASE("a table that goes with a mail is a file of its own", "[mail_message]") {
  Message message = Sample();
  message.attachment = {"report.csv", "a,b\r\n" + std::string(200, 'x') + "\r\n.\r\n"};
  const std::string mail = MailText(message, "monitor@example.org", "Linewatch");
  CHECK_THAT(mail, ContainsSubstring("MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n"
                                     " boundary=\"=_k3v9_mixed\"\r\n\r\n--=_k3v9_mixed\r\n"
                                     "Content-Type: multipart/alternative;\r\n boundary=\"=_k3v9\"\r\n"));
  CHECK_THAT(mail, ContainsSubstring("--=_k3v9--\r\n--=_k3v9_mixed\r\nContent-Type: text/csv; charset=utf-8\r\n"
                                     "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n"
                                     " filename=\"report.csv\"\r\n\r\nYSxiDQp4eHh4"));
  CHECK(mail.ends_with("\r\n--=_k3v9_mixed--\r\n"));
  CHECK(LongestLine(mail) <= 76);
}

TEST_CASE("each attempt sends the same mail", "[mail_message]") {
  CHECK(MailText(Sample(), "monitor@example.org", "Linewatch") ==
        MailText(Sample(), "monitor@example.org", "Linewatch"));
}

TEST_CASE("nothing in a name makes a header of its own", "[mail_message]") {
  const std::string plain = NamesOf(MailText(Sample(), "monitor@example.org", "Linewatch"));
  for (const std::string evil : {"A\r\nBcc: eve@example.org", "A\nBcc: eve@example.org", "A\rBcc: x", "A\r\n\r\nbody",
                                 "\xC3\xBC\r\nBcc: eve@example.org", "\" <eve@example.org>, \"", "\\"}) {
    Message message = Sample();
    message.subject = evil;
    message.to = {evil};
    const std::string mail = MailText(message, evil, evil);
    CHECK(NamesOf(mail) == plain);
    CHECK(LongestLine(mail) <= 76);
    CHECK(mail.find("\nBcc") == std::string::npos);
    for (const char c : Headers(mail)) CHECK((c == '\r' || c == '\n' || static_cast<unsigned char>(c) >= ' '));
  }
}

TEST_CASE("a subject of any script and length arrives as it was", "[mail_message]") {
  Message message = Sample();
  std::string umlauts = "x";
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xBC";
  std::string clocks;
  for (int i = 0; i < 60; ++i) clocks += "\xE2\x8F\xB0";
  for (const std::string& subject : {umlauts, clocks, std::string(300, 'x'), std::string("=?UTF-8?B?AAAA?= "),
                                     std::string("two  blanks"), std::string("blank at the end ")}) {
    message.subject = subject;
    const std::string mail = MailText(message, "monitor@example.org", "Linewatch");
    CHECK(Decoded(HeaderOf(mail, "Subject")) == subject);
    CHECK(LongestLine(mail) <= 76);
  }
  message.subject = "";
  for (int i = 0; i < 40; ++i) message.subject += "DOWN host-" + std::to_string(i) + " ";
  message.subject += "and more";
  const std::string mail = MailText(message, "monitor@example.org", "Linewatch");
  std::string unfolded;
  for (const char c : HeaderOf(mail, "Subject"))
    if (c != '\r' && c != '\n') unfolded += c;
  CHECK(unfolded == message.subject);
  CHECK(LongestLine(mail) <= 76);
}

TEST_CASE("no part of a subject begins within a character", "[mail_message]") {
  Message message = Sample();
  for (const char* character : {"\xC3\xBC", "\xE2\x8F\xB0", "\xF0\x9F\x98\x80"}) {
    message.subject = "x";
    for (int i = 0; i < 60; ++i) message.subject += character;
    std::string value = HeaderOf(MailText(message, "monitor@example.org", "Linewatch"), "Subject");
    for (size_t end = 0; (end = value.find("\r\n ")) != std::string::npos; value.erase(0, end + 3)) {
      const std::string word = Decoded(value.substr(0, end));
      CHECK(ValidUtf8(word) == word);
    }
  }
}

TEST_CASE("a quote in a name does not end it", "[mail_message]") {
  CHECK(HeaderOf(MailText(Sample(), "monitor@example.org", "A\" <eve@example.org>, \"B"), "From") ==
        "\"A\\\" <eve@example.org>, \\\"B\"\r\n <monitor@example.org>");
}

TEST_CASE("a mail of a single part says how it is to be read, too", "[mail_message]") {
  Message message = Sample();
  message.html.clear();
  const std::string mail = MailText(message, "monitor@example.org", "Linewatch");
  CHECK(HeaderOf(mail, "MIME-Version") == "1.0");
  CHECK(HeaderOf(mail, "Content-Type") == "text/plain; charset=utf-8");
  CHECK(HeaderOf(mail, "Content-Transfer-Encoding") == "quoted-printable");
}

TEST_CASE("every line of a mail ends as mail has it, however those of the text end", "[mail_message]") {
  Message message = Sample();
  message.text = "a\nb\r\nc\n\n.\n";
  message.attachment = {"report.csv", "a\nb\rc\r\n"};
  const std::string mail = DotStuffed(MailText(message, "monitor@example.org", "Linewatch"));
  CHECK_THAT(mail, ContainsSubstring("\r\n\r\na\r\nb\r\nc\r\n\r\n..\r\n--=_k3v9"));
  for (size_t i = 0; i < mail.size(); ++i) {
    if (mail[i] == '\n') CHECK((i > 0 && mail[i - 1] == '\r'));
    if (mail[i] == '\r') CHECK((i + 1 < mail.size() && mail[i + 1] == '\n'));
  }
}

TEST_CASE("long lines, blanks at their ends and letters beyond ASCII are quoted", "[mail_message]") {
  Message message = Sample();
  message.html.clear();
  message.text = std::string(500, 'y') + "\nblank \n=\n\xC3\xBC";
  const std::string mail = MailText(message, "monitor@example.org", "Linewatch");
  CHECK(LongestLine(mail) <= 76);
  CHECK_THAT(mail, ContainsSubstring("blank=20\r\n=3D\r\n=C3=BC\r\n"));
  CHECK(mail.find("multipart") == std::string::npos);
}

TEST_CASE("a single dot does not end a mail", "[mail_message]") {
  CHECK(DotStuffed("a\r\n.\r\n..b\r\n") == "a\r\n..\r\n...b\r\n.\r\n");
  CHECK(DotStuffed(".a") == "..a\r\n.\r\n");
}

TEST_CASE("only addresses that need no quoting are taken", "[mail_message]") {
  for (const char* good : {"a@b", "first.last+tag@mail.example.org", "o'neil@example.org"}) {
    INFO(good);
    CHECK(is_simple_mail_address(good));
  }
  for (const char* bad : {"", "a", "@b", "a@", "a b@c", "a@b c", "a@b>", "<a@b", "a@b\r\nRCPT TO:<c@d>", "j\xC3\xBC@b",
                          "a@b..c", "a@.b", "a@b@c", "\"a\"@b", "a,b@c"}) {
    INFO(bad);
    CHECK_FALSE(is_simple_mail_address(bad));
  }
}

}  // namespace
}  // namespace linewatch
