#include "monitord/net/certificate_verifier.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cmath>

#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TestCertificate Authority(const std::string& name = "Our authority") {
  return MakeCertificate({.subject = name, .is_authority = true, .ends = 9000h});
}

TestCertificate ForExample(const TestCertificate& issuer) {
  return MakeCertificate({.subject = "www.example", .names = "DNS:www.example", .issuer = &issuer});
}

struct Verdict {
  bool was_accepted = false, has_seen = false;
  std::string fault;
  CheckDetails details;
};

struct How {
  const TestCertificate* trusted = nullptr;
  std::string server = "www.example";
  bool is_strict = true;
  bool is_clock_right = true;
};

// A whole handshake between two ends of TLS in this process.
Verdict Handshake(const TestCertificate& shown, const How& how) {
  const TempDir folder;
  TrustStore trust;
  if (how.trusted != nullptr) {
    WritePem(*how.trusted, folder / "ca.pem");
    REQUIRE_FALSE(trust.Use((folder / "ca.pem").string()));
  }
  CertificateVerifier verifier(trust, how.server, how.is_strict, how.is_clock_right);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  verifier.Install(context.get());
  const std::unique_ptr<SSL, decltype(&SSL_free)> client(SSL_new(context.get()), SSL_free);
  const auto server = ServerSide(shown);
  BIO *one = nullptr, *other = nullptr;
  BIO_new_bio_pair(&one, 0, &other, 0);
  SSL_set_bio(client.get(), one, one);
  SSL_set_bio(server.get(), other, other);
  Verdict verdict;
  for (int i = 0; i < 10 && !verdict.was_accepted; ++i) {
    verdict.was_accepted = SSL_connect(client.get()) == 1;
    SSL_accept(server.get());
  }
  ERR_clear_error();
  verdict.has_seen = verifier.has_seen_certificate();
  verdict.fault = verifier.fault();
  verifier.Describe(verdict.details);
  return verdict;
}

double HoursLeft(const Verdict& verdict) {
  return (UnixSeconds(verdict.details.cert_expires) - UnixSeconds(WallNow())) / 3600;
}

TEST_CASE("a certificate by an authority of ca_file passes, and is read", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto verdict = Handshake(ForExample(authority), {.trusted = &authority});
  CHECK(verdict.was_accepted);
  CHECK(verdict.fault.empty());
  CHECK(verdict.details.cert_subject == "www.example");
  CHECK(verdict.details.cert_issuer == "Our authority");
  CHECK(std::abs(HoursLeft(verdict) - 48) < 0.1);
}

TEST_CASE("an expired certificate is refused, says since when, and is read even so", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto expired = MakeCertificate(
      {.subject = "www.example", .names = "DNS:www.example", .issuer = &authority, .begins = -900h, .ends = -73h});
  for (const bool is_strict : {true, false}) {
    const auto verdict = Handshake(expired, {.trusted = &authority, .is_strict = is_strict});
    CHECK_FALSE(verdict.was_accepted);
    CHECK(verdict.fault == "certificate expired 3 days ago");
    CHECK(verdict.has_seen);
    CHECK(std::abs(HoursLeft(verdict) + 73) < 0.1);
  }
}

TEST_CASE("how long ago a certificate expired is told in hours and days", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto expired = [&](std::chrono::hours ends) {
    const auto shown = MakeCertificate(
        {.subject = "www.example", .names = "DNS:www.example", .issuer = &authority, .begins = -900h, .ends = ends});
    return Handshake(shown, {.trusted = &authority}).fault;
  };
  CHECK(expired(-0h) == "certificate expired less than an hour ago");
  CHECK(expired(-1h) == "certificate expired 1 hour ago");
  CHECK(expired(-23h) == "certificate expired 23 hours ago");
  CHECK(expired(-25h) == "certificate expired 1 day ago");
}

TEST_CASE("a chain is as good as the certificate in it that expires first, which is named", "[certificate_verifier]") {
  const auto root = Authority("Root");
  const auto chain = [&](std::chrono::hours ends) {
    const auto middle =
        MakeCertificate({.subject = "Issuing", .issuer = &root, .is_authority = true, .begins = -900h, .ends = ends});
    auto shown = ForExample(middle);
    shown.sent_with = {middle.certificate};
    return shown;
  };
  const auto good = Handshake(chain(24h), {.trusted = &root});
  CHECK(good.was_accepted);
  CHECK(good.details.cert_subject == "Issuing");
  CHECK(good.details.cert_issuer == "Root");
  CHECK(std::abs(HoursLeft(good) - 24) < 0.1);
  const auto bad = Handshake(chain(-50h), {.trusted = &root});
  CHECK_FALSE(bad.was_accepted);
  CHECK(bad.fault == "certificate of the authority Issuing expired 2 days ago");
}

TEST_CASE("an old certificate that the server sends needlessly spoils nothing", "[certificate_verifier]") {
  const auto authority = Authority(), stale = MakeCertificate({.subject = "Stale", .begins = -9h, .ends = -3h});
  auto shown = ForExample(authority);
  shown.sent_with = {stale.certificate};
  const auto verdict = Handshake(shown, {.trusted = &authority});
  CHECK(verdict.was_accepted);
  CHECK(verdict.details.cert_subject == "www.example");
}

TEST_CASE("a certificate for others says for whom", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto fault = [&](const std::string& names) {
    const auto shown = MakeCertificate({.subject = "x", .names = names, .issuer = &authority});
    return Handshake(shown, {.trusted = &authority}).fault;
  };
  CHECK(fault("DNS:a.example,IP:10.0.0.1") == "certificate is for a.example, 10.0.0.1, not for www.example");
  CHECK(fault("") == "certificate is for x, not for www.example");
  CHECK(fault("DNS:a,DNS:b,DNS:c,DNS:d,DNS:e") == "certificate is for a, b, c and 2 more, not for www.example");
  CHECK(fault("DNS:w*.example") == "certificate is for w*.example, not for www.example");
  const auto all = MakeCertificate({.subject = "x", .names = "DNS:*.our.example", .issuer = &authority});
  CHECK(Handshake(all, {.trusted = &authority, .server = "www.our.example"}).was_accepted);
}

TEST_CASE("a server that goes by its address needs a certificate for the address", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto shown = MakeCertificate({.subject = "x", .names = "IP:127.0.0.1,IP:::1", .issuer = &authority});
  for (const char* server : {"127.0.0.1", "::1", "0:0::1"})
    CHECK(Handshake(shown, {.trusted = &authority, .server = server}).was_accepted);
  CHECK(Handshake(shown, {.trusted = &authority, .server = "127.0.0.2"}).fault ==
        "certificate is for 127.0.0.1, ::1, not for 127.0.0.2");
}

TEST_CASE("the dot at the end of a name is not part of it", "[certificate_verifier]") {
  const auto authority = Authority();
  CHECK(Handshake(ForExample(authority), {.trusted = &authority, .server = "WWW.example."}).was_accepted);
}

TEST_CASE("what nobody trusted has signed is refused, and says who it was", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto own = MakeCertificate({.subject = "www.example", .names = "DNS:www.example"});
  CHECK(Handshake(own, {}).fault == "certificate is not trusted: self-signed");
  CHECK(Handshake(own, {.trusted = &own}).was_accepted);
  auto shown = ForExample(authority);
  CHECK(Handshake(shown, {}).fault ==
        "certificate is not trusted: its authority Our authority is neither known nor sent by the server");
  shown.sent_with = {authority.certificate};
  CHECK(Handshake(shown, {}).fault == "certificate is not trusted: its authority Our authority is unknown");
  const auto mail = MakeCertificate(
      {.subject = "www.example", .names = "DNS:www.example", .issuer = &authority, .usage = "emailProtection"});
  CHECK(Handshake(mail, {.trusted = &authority}).fault == "certificate is not trusted: it is not one for servers");
}

TEST_CASE("who knows only the authority that signs trusts it without the one above it", "[certificate_verifier]") {
  const auto root = Authority("Root");
  const auto middle = MakeCertificate({.subject = "Issuing", .issuer = &root, .is_authority = true});
  CHECK(Handshake(ForExample(middle), {.trusted = &middle}).was_accepted);
}

TEST_CASE("without verify_tls anybody may have signed for any name", "[certificate_verifier]") {
  const auto own = MakeCertificate({.subject = "device", .names = "DNS:device.example"});
  const auto verdict = Handshake(own, {.is_strict = false});
  CHECK(verdict.was_accepted);
  CHECK(verdict.fault.empty());
  CHECK(verdict.details.cert_subject == "device");
  const auto authority = Authority();
  CHECK(Handshake(ForExample(authority), {.server = "other.example", .is_strict = false}).was_accepted);
}

TEST_CASE("a certificate of tomorrow passes while nobody knows whether the clock is right", "[certificate_verifier]") {
  const auto authority = Authority();
  const auto shown =
      MakeCertificate({.subject = "www.example", .names = "DNS:www.example", .issuer = &authority, .begins = 30h});
  CHECK(Handshake(shown, {.trusted = &authority, .is_clock_right = false}).was_accepted);
  const auto verdict = Handshake(shown, {.trusted = &authority});
  CHECK_FALSE(verdict.was_accepted);
  CHECK(verdict.fault.starts_with("certificate is not valid before 20"));
}

TEST_CASE("the names in a certificate are shown without what its maker had no business to write",
          "[certificate_verifier]") {
  const auto own = MakeCertificate({.subject = "a\r\nb\xC2\x9B" + std::string(50, 'x'), .names = "DNS:evil\x01\xFF"});
  const auto verdict = Handshake(own, {.is_strict = false});
  CHECK(verdict.details.cert_subject == "a b " + std::string(50, 'x'));
  const auto nameless = MakeCertificate({.names = "DNS:evil\x01\xFF"});
  CHECK(Handshake(nameless, {.is_strict = false}).details.cert_subject == "evil ?");
}

}  // namespace
}  // namespace linewatch
