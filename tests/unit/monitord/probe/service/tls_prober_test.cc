#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>

#include "monitord/probe/probers.h"
#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/run_checks.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

struct Asked {
  std::string server_name{};
  bool verify_tls = true;
  std::chrono::milliseconds timeout{3000};
  std::string client_cert{}, client_key{};
  std::filesystem::path keys{};
  std::string starttls = "auto";
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
  target.check_settings->client_cert = asked.client_cert;
  target.check_settings->client_key = asked.client_key;
  target.check_settings->starttls = asked.starttls;
  const ProberNeeds needs{trust, nullptr, ClientKeys(asked.keys)};
  return RunChecks([&](Prober::Done done) { return MakeTlsProber(std::move(done), needs); }, {target})[0];
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

// What a server offers and wants, beyond showing its certificate.
auto ServingWith(const TestCertificate& shown, std::function<void(SSL*)> prepare) {
  return [&shown, prepare = std::move(prepare)](ScriptedServer::Connection& peer) {
    const auto ssl = ServerSide(shown);
    prepare(ssl.get());
    SSL_set_fd(ssl.get(), peer.fd());
    SSL_accept(ssl.get());
    peer.Hang();
  };
}

TEST_CASE("an old device is reached where only the dates of its certificate count", "[tls_prober]") {
  const TempDir folder;
  const auto own = MakeCertificate({.subject = "old device", .names = "IP:127.0.0.1"});
  WritePem(own, folder / "ca.pem");
  TrustStore trust;
  REQUIRE_FALSE(trust.Use((folder / "ca.pem").string()));
  const ScriptedServer server(ServingWith(own, [](SSL* ssl) {
    SSL_set_security_level(ssl, 0);
    SSL_set_min_proto_version(ssl, TLS1_VERSION);
    SSL_set_max_proto_version(ssl, TLS1_VERSION);
  }));
  CHECK(Check(server.port(), trust, {.verify_tls = false}).ok);
  CHECK(ReasonOf(Check(server.port(), trust)).starts_with("TLS handshake failed: "));
}

TEST_CASE("a device that cannot renegotiate securely is reached where only dates count", "[tls_prober]") {
  const TrustStore trust;
  // TLS 1.2 with AES128-SHA, and no extension at all.
  const std::string hello = "\x16\3\3\0\x2A\2\0\0\x26\3\3"s + std::string(32, 'r') + "\0\0\x2F\0"s;
  const ScriptedServer server([&](auto& peer) {
    peer.Bytes(5);
    peer.Say(hello);
    peer.Hang();
  });
  CHECK(ReasonOf(Check(server.port(), trust)) == "TLS handshake failed: unsafe legacy renegotiation disabled");
  // It goes on to where this one would send its certificate.
  CHECK(ReasonOf(Check(server.port(), trust, {.verify_tls = false, .timeout = 200ms})) ==
        "no TLS handshake within 0.2 s");
}

// The names of the ciphers and groups that a check offers, each with a blank behind it.
std::string OfferedBy(const Asked& asked) {
  const TrustStore trust;
  const auto own = MakeCertificate({.subject = "server"});
  std::string offered = " ";
  const auto note = [&](ScriptedServer::Connection& peer) {
    const auto ssl = ServerSide(own);
    SSL_set_fd(ssl.get(), peer.fd());
    SSL_accept(ssl.get());
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_get_client_ciphers(ssl.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
      offered += std::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i))) + ' ';
    std::vector<int> groups(static_cast<size_t>(SSL_get1_groups(ssl.get(), nullptr)));
    SSL_get1_groups(ssl.get(), groups.data());
    for (const int group : groups)
      if (const char* name = SSL_group_to_name(ssl.get(), group)) offered += std::string(name) + ' ';
  };
  {
    const ScriptedServer server(note);
    Check(server.port(), trust, asked);
  }
  return offered;
}

TEST_CASE("no server is let choose the group of Diffie-Hellman over a finite field", "[tls_prober]") {
  for (const bool verify : {true, false}) {
    const auto offered = OfferedBy({.verify_tls = verify});
    CAPTURE(offered);
    CHECK(offered.find(" ECDHE-") != std::string::npos);
    CHECK(offered.find(" x25519 ") != std::string::npos);
    CHECK(offered.find(" DHE-") == std::string::npos);
    CHECK(offered.find(" ADH-") == std::string::npos);
    CHECK(offered.find("ffdhe") == std::string::npos);
  }
}

TEST_CASE("a server that has nothing but DHE is told of as that", "[tls_prober]") {
  const TrustStore trust;
  const auto own = MakeCertificate({.subject = "server"});
  const ScriptedServer server(ServingWith(own, [](SSL* ssl) {
    SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
    SSL_set_cipher_list(ssl, "DHE-RSA-AES128-GCM-SHA256");
    SSL_set_dh_auto(ssl, 1);
  }));
  CHECK(ReasonOf(Check(server.port(), trust, {.verify_tls = false})) ==
        "TLS handshake failed: the server accepts none of the ciphers that are offered (DHE is not)");
}

// A folder with keys, and servers that want one of them.
struct Mutual {
  TempDir folder;
  TestCertificate authority = MakeCertificate({.subject = "authority", .is_authority = true}),
                  client = MakeCertificate({.subject = "noc", .issuer = &authority, .usage = "clientAuth"}),
                  stranger = MakeCertificate({.subject = "stranger", .usage = "clientAuth"}),
                  own = MakeCertificate({.subject = "server"});
  TrustStore trust;

  Mutual() {
    WritePem(client, folder / "noc.pem");
    WriteKeyPem(client, folder / "noc.key");
    WritePem(stranger, folder / "stranger.pem");
    WriteKeyPem(stranger, folder / "stranger.key");
  }
  auto Serving(int version, int tickets = 2) {
    return ServingWith(own, [this, version, tickets](SSL* ssl) {
      SSL_set_min_proto_version(ssl, version);
      SSL_set_max_proto_version(ssl, version);
      SSL_set_num_tickets(ssl, static_cast<size_t>(tickets));
      SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
      X509_STORE_add_cert(store.get(), authority.certificate.get());
      SSL_set1_verify_cert_store(ssl, store.get());
    });
  }
  CheckResult CheckWith(const ScriptedServer& server, const std::string& who) {
    return Check(server.port(), trust,
                 {.verify_tls = false,
                  .client_cert = who.empty() ? "" : who + ".pem",
                  .client_key = who.empty() ? "" : who + ".key",
                  .keys = folder.path()});
  }
};

TEST_CASE("a server that wants a client certificate is shown the one of the host", "[tls_prober]") {
  Mutual mutual;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    for (const int tickets : {0, 2}) {
      const ScriptedServer server(mutual.Serving(version, tickets));
      const auto result = mutual.CheckWith(server, "noc");
      CHECK(std::string(result.reason).empty());
      CHECK(result.ok);
      CHECK(result.details->cert_subject == "server");
    }
}

TEST_CASE("a server that refuses the client certificate says so, in TLS 1.3 after the handshake, too", "[tls_prober]") {
  Mutual mutual;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const ScriptedServer server(mutual.Serving(version));
    CHECK(ReasonOf(mutual.CheckWith(server, "stranger")).starts_with("the server refuses the client certificate: "));
  }
}

TEST_CASE("a server that wants a client certificate where there is none says so", "[tls_prober]") {
  Mutual mutual;
  const ScriptedServer server(mutual.Serving(TLS1_2_VERSION));
  CHECK(ReasonOf(mutual.CheckWith(server, "")) == "the server wants a client certificate");
}

TEST_CASE("a check whose client certificate cannot be read is void", "[tls_prober]") {
  Mutual mutual;
  const ScriptedServer server(mutual.Serving(TLS1_3_VERSION));
  const auto result = mutual.CheckWith(server, "gone");
  CHECK(result.void_reason == VoidReason::kNoKey);
  CHECK(std::string(result.reason) == "keys/gone.pem cannot be read: No such file or directory");
}

TEST_CASE("a server that has another protocol before TLS, or none, says what it is", "[tls_prober]") {
  const TrustStore trust;
  const ScriptedServer ssh([](auto& peer) {
    peer.Say("SSH-2.0-OpenSSH_9.2p1\r\n");
    peer.Hang();
  });
  CHECK(ReasonOf(Check(ssh.port(), trust, {.starttls = "smtp"})) ==
        "no SMTP: the server speaks SSH (SSH-2.0-OpenSSH_9.2p1)");
  const ScriptedServer silent([](auto& peer) { peer.Hang(); });
  CHECK(ReasonOf(Check(silent.port(), trust, {.timeout = 200ms, .starttls = "imap"})) ==
        "no IMAP greeting within 0.2 s");
  CHECK(ReasonOf(Check(silent.port(), trust, {.timeout = 200ms, .starttls = "ldap"})) ==
        "no answer to STARTTLS within 0.2 s");
}

}  // namespace
}  // namespace linewatch
