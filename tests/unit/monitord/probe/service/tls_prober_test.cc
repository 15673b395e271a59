#include <chrono>
#include <cmath>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/run_checks.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

struct Asked {
  std::string server_name;
  bool verify_tls = true;
  std::chrono::milliseconds timeout{3000};
};

CheckResult Check(int port, const TrustStore& trust, const Asked& asked = {}) {
  Target target;
  target.kind = CheckKind::kTls;
  target.address = Address::Parse("127.0.0.1").value();
  target.timeout = asked.timeout;
  target.check_settings = CheckSettings();
  target.check_settings->port = port;
  target.check_settings->server_name = asked.server_name;
  target.check_settings->verify_tls = asked.verify_tls;
  return RunChecks(MakeTlsProber, {target}, trust)[0];
}

std::string ReasonOf(const CheckResult& result) {
  CHECK_FALSE(result.ok);
  return result.reason;
}

// Its end of the handshake, and which name was asked for.
auto Serving(const TestCertificate& shown, std::string* asked_for = nullptr) {
  return [&shown, asked_for](ScriptedServer::Connection& peer) {
    const auto ssl = ServerSide(shown);
    SSL_set_fd(ssl.get(), peer.fd());
    SSL_accept(ssl.get());
    const char* name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
    if (asked_for != nullptr) *asked_for = name != nullptr ? name : "nobody";
    peer.Hang();
  };
}

TEST_CASE("a server of TLS is up, with its certificate and how long each step took", "[tls_prober]") {
  const TempDir folder;
  const auto authority = MakeCertificate({.subject = "Our authority", .is_authority = true});
  const auto shown = MakeCertificate({.subject = "here", .names = "IP:127.0.0.1", .issuer = &authority});
  WritePem(authority, folder / "ca.pem");
  TrustStore trust;
  REQUIRE_FALSE(trust.Use((folder / "ca.pem").string()));
  const ScriptedServer server(Serving(shown));
  const auto result = Check(server.port(), trust);
  CHECK(std::string(result.reason).empty());
  CHECK(result.ok);
  CHECK(result.details->cert_subject == "here");
  CHECK(result.details->cert_issuer == "Our authority");
  CHECK(std::abs(UnixSeconds(result.details->cert_expires) - UnixSeconds(WallNow()) - 48 * 3600) < 60);
  CHECK(*result.details->connect_ms > 0);
  CHECK(*result.details->tls_ms > 0);
  CHECK(std::abs(*result.details->connect_ms + *result.details->tls_ms - *result.rtt_ms) < 0.1);
}

TEST_CASE("a certificate that is refused is read, and its fault is the reason", "[tls_prober]") {
  const TrustStore trust;
  const auto own = MakeCertificate({.subject = "device", .names = "DNS:device.example"});
  const ScriptedServer server(Serving(own));
  const auto strict = Check(server.port(), trust);
  CHECK(ReasonOf(strict) == "certificate is not trusted: self-signed");
  CHECK(strict.details->cert_subject == "device");
  CHECK(strict.details->connect_ms.has_value());
  CHECK_FALSE(strict.details->tls_ms.has_value());
  CHECK_FALSE(strict.rtt_ms.has_value());
  CHECK(Check(server.port(), trust, {.server_name = "", .verify_tls = false}).ok);
}

TEST_CASE("the server is told the name that the certificate must be for, and no address", "[tls_prober]") {
  const TrustStore trust;
  const auto own = MakeCertificate({.subject = "x"});
  std::string asked_for;
  {
    const ScriptedServer server(Serving(own, &asked_for));
    CHECK(Check(server.port(), trust, {.server_name = "www.example.", .verify_tls = false}).ok);
  }
  CHECK(asked_for == "www.example");
  {
    const ScriptedServer server(Serving(own, &asked_for));
    CHECK(Check(server.port(), trust, {.server_name = "", .verify_tls = false}).ok);
  }
  CHECK(asked_for == "nobody");
}

TEST_CASE("what is no TLS says so", "[tls_prober]") {
  const TrustStore trust;
  for (const char* words : {"SSH-2.0-OpenSSH_9.2p1\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.example\r\n",
                            "\x01\x02\x03\x04\x05\x06\x07"}) {
    const ScriptedServer server([&](auto& peer) {
      peer.Say(words);
      peer.Hang();
    });
    CHECK(ReasonOf(Check(server.port(), trust)) == "no TLS: the server speaks something else");
  }
}

TEST_CASE("a server that takes connections and does no more has no TLS handshake", "[tls_prober]") {
  const TrustStore trust;
  const ScriptedServer silent([](auto& peer) { peer.Hang(); });
  CHECK(ReasonOf(Check(silent.port(), trust, {.server_name = "", .timeout = 200ms})) ==
        "no TLS handshake within 0.2 s");
  const ScriptedServer goes([](auto& peer) { peer.Bytes(1); });
  CHECK(ReasonOf(Check(goes.port(), trust)).ends_with(" in the TLS handshake"));
}

TEST_CASE("a server without a certificate refuses the handshake, and that is told", "[tls_prober]") {
  const TrustStore trust;
  const ScriptedServer server([](auto& peer) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer.fd());
    SSL_accept(ssl.get());
    peer.Hang();
  });
  CHECK(ReasonOf(Check(server.port(), trust)).find("TLS handshake failed: ") == 0);
}

}  // namespace
}  // namespace linewatch
