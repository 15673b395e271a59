#include <chrono>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/run_checks.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

CheckResult Check(const std::string& ip, int port, const std::string& expect = "",
                  std::chrono::milliseconds timeout = 2000ms) {
  Target target;
  target.kind = CheckKind::kTcp;
  target.address = Address::Parse(ip).value();
  target.timeout = timeout;
  target.check_settings = CheckSettings();
  target.check_settings->port = port;
  if (!expect.empty()) target.check_settings->expect = expect;
  return RunChecks(MakeTcpProber, {target})[0];
}

std::string ReasonOf(const ScriptedServer& server, const std::string& expect,
                     std::chrono::milliseconds timeout = 2000ms) {
  const auto result = Check("127.0.0.1", server.port(), expect, timeout);
  CHECK_FALSE(result.ok);
  CHECK(result.void_reason == VoidReason::kNone);
  return result.reason;
}

void SaySsh(ScriptedServer::Connection& peer) {
  peer.Say("SSH-2.0-OpenSSH_9.2p1\r\n");
  peer.Hang();
}

TEST_CASE("a port that takes connections is up, whatever is behind it", "[tcp_prober]") {
  const ScriptedServer server([](auto& peer) { peer.Hang(); });
  const auto result = Check("127.0.0.1", server.port());
  CHECK(result.ok);
  CHECK(*result.rtt_ms > 0);
  CHECK(*result.rtt_ms < 2000);
  CHECK_FALSE(result.has_left);
}

TEST_CASE("a port where nobody listens says so", "[tcp_prober]") {
  int port = 0;
  {
    const ScriptedServer gone([](auto&) {});
    port = gone.port();
  }
  const auto result = Check("127.0.0.1", port);
  CHECK_FALSE(result.ok);
  CHECK(std::string(result.reason) == "connection refused");
  CHECK_FALSE(result.refused_here);
  CHECK(std::string(Check("::1", port).reason) == "connection refused");
}

TEST_CASE("a banner that has what is expected in it is good", "[tcp_prober]") {
  const ScriptedServer server(SaySsh);
  CHECK(Check("127.0.0.1", server.port(), "OpenSSH").ok);
}

TEST_CASE("a banner may come in pieces, and late", "[tcp_prober]") {
  const ScriptedServer server([](auto& peer) {
    peer.Say("220 mail.exa");
    if (!peer.Pause(60ms)) return;
    peer.Say("mple ESMTP\r\n");
    peer.Hang();
  });
  const auto result = Check("127.0.0.1", server.port(), "mail.example");
  CHECK(result.ok);
  CHECK(*result.rtt_ms >= 60);
}

TEST_CASE("another banner than the expected one is shown", "[tcp_prober]") {
  const ScriptedServer ends([](auto& peer) { peer.Say("220 mail.example\r\n"); });
  CHECK(ReasonOf(ends, "SSH-2.0") == "banner is \"220 mail.example\" instead of \"SSH-2.0\"");
  const ScriptedServer waits(SaySsh);
  CHECK(ReasonOf(waits, "ESMTP", 200ms) == "no \"ESMTP\" in the banner \"SSH-2.0-OpenSSH_9.2p1\" within 0.2 s");
}

TEST_CASE("a server that says nothing, or goes without a word, has no banner", "[tcp_prober]") {
  const ScriptedServer silent([](auto& peer) { peer.Hang(); });
  CHECK(ReasonOf(silent, "SSH", 200ms) == "no banner within 0.2 s");
  const ScriptedServer goes([](auto&) {});
  CHECK(ReasonOf(goes, "SSH") == "connection closed without a banner");
}

TEST_CASE("a banner without an end is not read to its end", "[tcp_prober]") {
  const ScriptedServer server([](auto& peer) {
    while (peer.Pause(0ms)) {
      peer.Say(std::string(100000, 'x'));
      peer.Say("SSH");
      peer.Hang();
    }
  });
  const auto reason = ReasonOf(server, "SSH");
  CHECK(reason.starts_with("banner is \"xxxx"));
  CHECK(reason.size() < 150);
}

TEST_CASE("what a banner has beside text is not shown", "[tcp_prober]") {
  const ScriptedServer server([](auto& peer) { peer.Say("\xFF\xFD\x18\x1B[31mred\r\n\xC2\x9Bx"); });
  CHECK(ReasonOf(server, "login:") == "banner is \"?? [31mred x\" instead of \"login:\"");
}

}  // namespace
}  // namespace linewatch
