#include "monitord/notify/smtp_notifier.h"

#include <unistd.h>

#include <array>
#include <map>
#include <string_view>

#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Result = Delivery::Result;

// How a server answers: to a whole line first, then to a command's first word; to the mail itself under ".".
using Script = std::map<std::string, std::string>;
const Script kFriendly = {{"EHLO", "250-here\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"},
                          {"AUTH", "235 welcome"},
                          {"MAIL", "250 ok"},
                          {"RCPT", "250 ok"},
                          {"DATA", "354 go on"},
                          {".", "250 2.0.0 queued as 17"},
                          {"QUIT", "221 bye"}};

constexpr char kHang[] = "hang", kClose[] = "close", kSlow[] = "250 2.0.0 clean, queued as 18";

auto Mta(Script changes) {
  Script script = kFriendly;
  for (auto& [line, answer] : changes) script[line] = answer;
  script.try_emplace("greeting", "220 here");
  return [script](ScriptedServer::Connection& peer) {
    const auto answer = [&](const std::string& text) {
      if (text == kHang) peer.Hang();
      if (text == kSlow) peer.Pause(2s);
      if (text == kHang || text == kClose) return false;
      peer.Say(text + "\r\n");
      return true;
    };
    if (!answer(script.at("greeting"))) return;
    while (const auto line = peer.Line()) {
      const auto whole = script.find(*line);
      const auto verb = script.find(line->substr(0, line->find(' ')));
      const std::string said = whole != script.end() ? whole->second : verb != script.end() ? verb->second : "334 ";
      if (!answer(said)) return;
      if (!said.starts_with("354")) continue;
      for (auto part = peer.Line(); part && *part != ".";) part = peer.Line();
      if (!answer(script.at("."))) return;
    }
  };
}

Config::Smtp SettingsFor(const ScriptedServer& server) {
  Config::Smtp smtp;
  smtp.host = "127.0.0.1";
  smtp.port = server.port();
  smtp.security = MailSecurity::kNone;
  smtp.from = "monitor@example.org";
  return smtp;
}

Message MessageTo(std::vector<std::string> to) {
  Message message;
  message.id = "m1";
  message.subject = "DOWN Server A";
  message.text = "DOWN Server A\n.\n";
  message.to = std::move(to);
  return message;
}

struct Outcome {
  Delivery delivery;
  std::string heard;
};

Outcome Send(
    const Script& changes, const std::vector<std::string>& to = {"noc@example.org"},
    const std::function<void(Config::Smtp&)>& adjust = [](Config::Smtp&) {}) {
  const ScriptedServer server(Mta(changes));
  auto smtp = SettingsFor(server);
  adjust(smtp);
  const auto delivery = SmtpNotifier(smtp, "Linewatch", 300ms).Send(MessageTo(to));
  return {delivery, server.heard()};
}

void LogInAsBob(Config::Smtp& smtp) {
  smtp.username = "bob";
  smtp.password.text = "pw";
}

TEST_CASE("a mail that the server takes is accepted, with the server's own words", "[smtp_notifier]") {
  const auto [delivery, heard] = Send({});
  CHECK(delivery.result == Result::kAccepted);
  CHECK(delivery.answer == "250 2.0.0 queued as 17");
  CHECK(delivery.left.empty());
  CHECK(delivery.refused.empty());
  CHECK_FALSE(delivery.may_have_arrived);
  CHECK_THAT(heard, ContainsSubstring("\r\nMAIL FROM:<monitor@example.org>\r\nRCPT TO:<noc@example.org>\r\nDATA\r\n"));
  CHECK_THAT(heard, ContainsSubstring("Subject: DOWN Server A\r\n"));
  CHECK_THAT(heard, ContainsSubstring("\r\nDOWN Server A\r\n..\r\n.\r\nQUIT\r\n"));
}

TEST_CASE("a mail to nobody asks no server", "[smtp_notifier]") {
  const auto [delivery, heard] = Send({}, {});
  CHECK(delivery.result == Result::kRefused);
  CHECK(delivery.answer == "there is nobody to send it to");
  CHECK(heard.empty());
}

TEST_CASE("a recipient who is refused or told to wait does not take the mail from the others", "[smtp_notifier]") {
  const auto [delivery, heard] =
      Send({{"RCPT TO:<eve@example.org>", "550 5.1.1 nobody here"}, {"RCPT TO:<busy@example.org>", "450 4.2.1 later"}},
           {"eve@example.org", "noc@example.org", "busy@example.org", "bad address@x"});
  CHECK(delivery.result == Result::kAccepted);
  CHECK(delivery.left == std::vector<std::string>{"busy@example.org"});
  CHECK(delivery.refused == std::vector<std::string>{"bad address@x: expected a plain ASCII mail address",
                                                     "eve@example.org: 550 5.1.1 nobody here"});
}

TEST_CASE("a mail that nobody may get is refused for good", "[smtp_notifier]") {
  const auto [delivery, heard] = Send({{"RCPT", "550 5.1.1 nobody here"}});
  CHECK(delivery.result == Result::kRefused);
  CHECK(delivery.answer == "noc@example.org: 550 5.1.1 nobody here");
  CHECK(Send({}, {"j\xC3\xBCrgen@example.org"}).delivery.result == Result::kRefused);
  CHECK(Send({}, {"a@b>\r\nRCPT"}).heard.empty());
}

TEST_CASE("a mail whose recipients are all told to wait is tried again", "[smtp_notifier]") {
  const auto [delivery, heard] = Send({{"RCPT", "450 4.2.1 later"}});
  CHECK(delivery.result == Result::kDeferred);
  CHECK(delivery.left == std::vector<std::string>{"noc@example.org"});
}

TEST_CASE("a mail that is refused is not sent again, one that is not wanted now is", "[smtp_notifier]") {
  CHECK(Send({{"DATA", "554 5.7.1 no"}}).delivery.result == Result::kDeferred);
  CHECK(Send({{".", "554 5.7.1 looks like spam"}}).delivery.result == Result::kRefused);
  CHECK(Send({{"DATA", "451 4.3.0 disk full"}}).delivery.result == Result::kDeferred);
  const auto later = Send({{".", "451 4.3.0 disk full"}}).delivery;
  CHECK(later.result == Result::kDeferred);
  CHECK(later.answer == "451 4.3.0 disk full");
  CHECK_FALSE(later.may_have_arrived);
}

TEST_CASE("what the settings can mend does not lose the mail", "[smtp_notifier]") {
  const auto login = Send({{"AUTH", "535 5.7.8 bad credentials"}}, {"noc@example.org"}, LogInAsBob).delivery;
  CHECK(login.result == Result::kDeferred);
  CHECK(login.answer == "login as bob: 535 5.7.8 bad credentials");
  CHECK(Send({{"MAIL", "550 5.7.1 not you"}}).delivery.result == Result::kDeferred);
  CHECK(Send({{"RCPT", "530 5.7.0 log in first"}}).delivery.result == Result::kDeferred);
  const auto sender = Send({}, {"noc@example.org"}, [](Config::Smtp& smtp) { smtp.from = "a@b> x"; }).delivery;
  CHECK(sender.result == Result::kDeferred);
  CHECK_THAT(sender.answer, ContainsSubstring("smtp.from is a@b> x"));
}

TEST_CASE("a refusal at RCPT that is not the recipient's keeps the mail for all whom it concerns", "[smtp_notifier]") {
  for (const char* const answer :
       {"504 5.5.2 <mon>: Helo command rejected: need fully-qualified hostname", "554 5.7.1 Relay access denied",
        "550 5.7.1 Authentication required", "554 5.7.1 Client host [192.0.2.1] blocked using a list"}) {
    INFO(answer);
    const auto [delivery, heard] = Send({{"RCPT", answer}}, {"noc@example.org", "duty@example.org"});
    CHECK(delivery.result == Result::kDeferred);
    CHECK_THAT(delivery.answer, ContainsSubstring(answer));
    CHECK(delivery.left.size() == 2);
    CHECK(delivery.refused.empty());
  }
  const auto mixed =
      Send({{"RCPT TO:<far@example.net>", "554 5.7.1 Relay access denied"}}, {"noc@example.org", "far@example.net"})
          .delivery;
  CHECK(mixed.result == Result::kAccepted);
  CHECK(mixed.left == std::vector<std::string>{"far@example.net"});
  CHECK(Send({{".", "550 5.4.5 Daily user sending quota exceeded"}}).delivery.result == Result::kDeferred);
}

TEST_CASE("the server hears the name that is set, or one that strict servers take", "[smtp_notifier]") {
  std::array<char, 256> own{};
  REQUIRE(gethostname(own.data(), own.size() - 1) == 0);
  const std::string named =
      Send({}, {"noc@example.org"}, [](Config::Smtp& smtp) { smtp.helo = "mon.example.org"; }).heard;
  CHECK(named.starts_with("EHLO mon.example.org\r\nMAIL"));
  if (std::string_view(own.data()).find('.') == std::string_view::npos) {
    CHECK(Send({}).heard.starts_with("EHLO [127.0.0.1]\r\nMAIL"));
    const auto second = Send({{"EHLO [127.0.0.1]", "550 5.7.1 a name, please"}});
    CHECK(second.heard.starts_with("EHLO [127.0.0.1]\r\nEHLO example.org\r\nMAIL"));
    CHECK(second.delivery.result == Result::kAccepted);
  }
  const auto refused = Send({{"EHLO", "504 5.5.2 need a name"}}, {"noc@example.org"}, [](Config::Smtp& smtp) {
                         smtp.helo = "mon";
                       }).delivery;
  CHECK(refused.result == Result::kDeferred);
  CHECK(refused.answer == "EHLO mon: 504 5.5.2 need a name");
}

TEST_CASE("a server that knows HELO alone gets its mail", "[smtp_notifier]") {
  const auto [delivery, heard] = Send({{"EHLO", "502 5.5.1 not implemented"}, {"HELO", "250 here"}});
  CHECK(delivery.result == Result::kAccepted);
  CHECK_THAT(heard, ContainsSubstring("\r\nHELO "));
}

TEST_CASE("a server may be slow to greet and quick to answer", "[smtp_notifier]") {
  SmtpPatience patience(300ms);
  patience.greeting = 10s;
  const ScriptedServer server([](ScriptedServer::Connection& peer) {
    if (!peer.Pause(700ms)) return;
    Mta({})(peer);
  });
  CHECK(SmtpNotifier(SettingsFor(server), "", patience).Send(MessageTo({"noc@example.org"})).result ==
        Result::kAccepted);
  // RFC 5321 section 4.5.3.2.
  const SmtpPatience usual;
  CHECK(usual.greeting >= 60s);
  CHECK(usual.command >= 5min);
  CHECK(usual.data >= 2min);
  CHECK(usual.block >= 3min);
  CHECK(usual.verdict >= 10min);
}

TEST_CASE("ways to log in are those of all lines, and one that is refused as unknown is not the last",
          "[smtp_notifier]") {
  const Script lines = {{"EHLO", "250-here\r\n250-AUTH GSSAPI NTLM\r\n250-AUTH=LOGIN\r\n250 8BITMIME"},
                        {"AUTH", "334 Zm9v"},
                        {"cHc=", "235 welcome"}};
  CHECK(Send(lines, {"noc@example.org"}, LogInAsBob).delivery.result == Result::kAccepted);
  const Script unknown = {
      {"AUTH PLAIN AGJvYgBwdw==", "504 5.7.4 unrecognized"}, {"AUTH", "334 Zm9v"}, {"cHc=", "235 welcome"}};
  CHECK(Send(unknown, {"noc@example.org"}, LogInAsBob).delivery.result == Result::kAccepted);
  const auto oauth = Send({{"EHLO", "250-here\r\n250 AUTH XOAUTH2"}}, {"noc@example.org"}, LogInAsBob).delivery;
  CHECK(oauth.result == Result::kDeferred);
  CHECK_THAT(oauth.answer, ContainsSubstring("XOAUTH2"));
  CHECK_THAT(oauth.answer, ContainsSubstring("OAuth, which it asks for"));
}

TEST_CASE("the login is PLAIN where it is offered, LOGIN otherwise, and counts only when the server says so",
          "[smtp_notifier]") {
  CHECK_THAT(Send({}, {"noc@example.org"}, LogInAsBob).heard, ContainsSubstring("\r\nAUTH PLAIN AGJvYgBwdw==\r\nMAIL"));
  const Script only_login = {{"EHLO", "250-here\r\n250 AUTH CRAM-MD5 LOGIN"}, {"AUTH", "334 Zm9v"}};
  auto asks = only_login;
  asks["cHc="] = "235 welcome";
  const auto by_login = Send(asks, {"noc@example.org"}, LogInAsBob);
  CHECK_THAT(by_login.heard, ContainsSubstring("\r\nAUTH LOGIN\r\nYm9i\r\ncHc=\r\nMAIL"));
  CHECK(by_login.delivery.result == Result::kAccepted);
  const auto never_said = Send(only_login, {"noc@example.org"}, LogInAsBob);
  CHECK(never_said.delivery.result == Result::kDeferred);
  CHECK(never_said.heard.find("MAIL") == std::string::npos);
  const auto none = Send({{"EHLO", "250-here\r\n250 AUTH CRAM-MD5"}}, {"noc@example.org"}, LogInAsBob);
  CHECK(none.delivery.answer == "login: the server offers CRAM-MD5, expected PLAIN or LOGIN");
  CHECK(none.heard.find("Ym9i") == std::string::npos);
}

TEST_CASE("a long name and password are one line", "[smtp_notifier]") {
  const auto heard = Send({}, {"noc@example.org"}, [](Config::Smtp& smtp) {
                       smtp.username = "monitor@mail.example.org";
                       smtp.password.text = std::string(90, 'p');
                     }).heard;
  const size_t begin = heard.find("AUTH PLAIN ");
  REQUIRE(begin != std::string::npos);
  CHECK(heard.find("\r\n", begin) - begin == 11 + (24 + 90 + 2 + 2) / 3 * 4);
}

TEST_CASE("what a server repeats of a login is not shown", "[smtp_notifier]") {
  const auto answer =
      Send({{"AUTH", "501 cannot read AUTH PLAIN AGJvYgBwdw== (bob:pw)"}}, {"noc@example.org"}, LogInAsBob)
          .delivery.answer;
  CHECK(answer == "login as bob: 501 cannot read AUTH PLAIN *** (bob:***)");
}

TEST_CASE("without STARTTLS nothing goes to a server that should have it", "[smtp_notifier]") {
  const auto [delivery, heard] = Send({}, {"noc@example.org"}, [](Config::Smtp& smtp) {
    LogInAsBob(smtp);
    smtp.security = MailSecurity::kStartTls;
  });
  CHECK(delivery.result == Result::kDeferred);
  CHECK_THAT(delivery.answer, ContainsSubstring("does not offer STARTTLS"));
  CHECK(heard.starts_with("EHLO "));
  CHECK(heard.ends_with("\r\nQUIT\r\n"));
  CHECK(std::count(heard.begin(), heard.end(), '\n') == 2);
}

TEST_CASE("what a server said before STARTTLS does not count afterwards", "[smtp_notifier]") {
  const TempDir dir;
  const auto authority = MakeCertificate({.subject = "authority", .is_authority = true});
  const auto shown = MakeCertificate({.names = "IP:127.0.0.1", .issuer = &authority});
  WritePem(authority, dir.path() / "ca.pem");
  std::string heard_under_tls;
  Delivery delivery;
  {
    const ScriptedServer server([&](ScriptedServer::Connection& peer) {
      peer.Say("220 here\r\n");
      peer.Line();
      peer.Say("250-here\r\n250 STARTTLS\r\n");
      peer.Line();
      peer.Say("220 go on\r\n250-here\r\n250 AUTH PLAIN\r\n");
      const auto tls = ServerSide(shown);
      SSL_set_fd(tls.get(), peer.fd());
      char buffer[1024];
      const int length = SSL_accept(tls.get()) == 1 ? SSL_read(tls.get(), buffer, sizeof buffer) : 0;
      if (length <= 0) return;
      heard_under_tls.append(buffer, static_cast<size_t>(length));
      constexpr std::string_view kOffers = "250 here, without a login\r\n";
      SSL_write(tls.get(), kOffers.data(), static_cast<int>(kOffers.size()));
    });
    auto smtp = SettingsFor(server);
    LogInAsBob(smtp);
    smtp.security = MailSecurity::kStartTls;
    smtp.ca_file = dir.path() / "ca.pem";
    delivery = SmtpNotifier(smtp, "Linewatch", 2s).Send(MessageTo({"noc@example.org"}));
  }
  CHECK(delivery.answer == "login: the server offers none; smtp.username is set");
  CHECK(heard_under_tls.starts_with("EHLO "));
}

TEST_CASE("a mail may have arrived only when its end was sent", "[smtp_notifier]") {
  for (const std::string end : {kHang, kClose}) {
    for (const std::string step : {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."}) {
      INFO(step << ": " << end);
      const auto begin = std::chrono::steady_clock::now();
      const auto delivery = Send({{step, end}}).delivery;
      CHECK(delivery.result == Result::kDeferred);
      CHECK(delivery.may_have_arrived == (step == "."));
      const char* const silence = step == "." ? "no answer within 4 s" : "no answer within 1 s";
      CHECK_THAT(delivery.answer, ContainsSubstring(end == kHang ? silence : "closed the connection"));
      CHECK(delivery.left.size() == 1);
      CHECK(std::chrono::steady_clock::now() - begin < 5s);
    }
  }
}

TEST_CASE("a server that looks through a mail before it takes it gets it once", "[smtp_notifier]") {
  const auto delivery = Send({{".", kSlow}}).delivery;
  CHECK(delivery.result == Result::kAccepted);
  CHECK(delivery.answer == "250 2.0.0 clean, queued as 18");
}

TEST_CASE("a server that drips gets no more time than one that is silent", "[smtp_notifier]") {
  const ScriptedServer server([](ScriptedServer::Connection& peer) {
    while (peer.Pause(50ms)) peer.Say("220-wait\r\n");
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto delivery = SmtpNotifier(SettingsFor(server), "", 300ms).Send(MessageTo({"noc@example.org"}));
  CHECK(delivery.result == Result::kDeferred);
  CHECK(std::chrono::steady_clock::now() - begin < 3s);
}

TEST_CASE("a server that goes in the midst of an answer is named", "[smtp_notifier]") {
  const ScriptedServer server([](ScriptedServer::Connection& peer) { peer.Say("220-here\r\n220-and"); });
  const auto delivery = SmtpNotifier(SettingsFor(server), "", 2s).Send(MessageTo({"noc@example.org"}));
  CHECK(delivery.result == Result::kDeferred);
  CHECK(delivery.answer == "greeting: the server closed the connection");
}

TEST_CASE("what is no mail server is named", "[smtp_notifier]") {
  CHECK_THAT(Send({{"greeting", "SSH-2.0-OpenSSH_9.2"}}).delivery.answer,
             ContainsSubstring("this is no mail server, it says SSH-2.0-OpenSSH_9.2"));
  std::string endless;
  for (int i = 0; i < 200; ++i) endless += "220-more\r\n";
  CHECK_THAT(Send({{"greeting", endless}}).delivery.answer, ContainsSubstring("has no end"));
  CHECK_THAT(Send({{"greeting", std::string(10000, 'x')}}).delivery.answer, ContainsSubstring("without an end"));
}

TEST_CASE("a mail on its way ends at once when it is cancelled, and so does one that begins then", "[smtp_notifier]") {
  const ScriptedServer server(Mta({{"MAIL", kHang}}));
  SmtpNotifier notifier(SettingsFor(server), "", 10s);
  const auto begin = std::chrono::steady_clock::now();
  std::thread other([&] {
    while (server.heard().find("MAIL") == std::string::npos) std::this_thread::yield();
    notifier.Cancel();
  });
  const auto delivery = notifier.Send(MessageTo({"noc@example.org"}));
  other.join();
  CHECK(delivery.result == Result::kDeferred);
  CHECK(delivery.answer == "MAIL FROM: cancelled");
  CHECK(notifier.Send(MessageTo({"noc@example.org"})).result == Result::kDeferred);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("a mail for which there is no thread just now is sent later", "[smtp_notifier]") {
  const ScriptedServer server(Mta({}));
  SmtpNotifier notifier(SettingsFor(server), "", 1s);
  const NoThreads none;
  const auto delivery = notifier.Send(MessageTo({"noc@example.org"}));
  CHECK(delivery.result == Result::kDeferred);
  CHECK(delivery.answer == "look up 127.0.0.1: Resource temporarily unavailable");
}

TEST_CASE("a server that is not there is named", "[smtp_notifier]") {
  Config::Smtp smtp;
  {
    const ScriptedServer gone([](ScriptedServer::Connection&) {});
    smtp = SettingsFor(gone);
  }
  const auto delivery = SmtpNotifier(smtp, "", 1s).Send(MessageTo({"noc@example.org"}));
  CHECK(delivery.result == Result::kDeferred);
  CHECK(delivery.answer == "connect to 127.0.0.1:" + std::to_string(smtp.port) + ": Connection refused");
}

}  // namespace
}  // namespace linewatch
