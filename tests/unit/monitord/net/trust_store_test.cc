#include "monitord/net/trust_store.h"

#include <openssl/x509_vfy.h>

#include <memory>

#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

bool trusts(const TrustStore& trust, const TestCertificate& server) {
  const auto store = trust.store();
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> chain(X509_STORE_CTX_new(),
                                                                              X509_STORE_CTX_free);
  X509_STORE_CTX_init(chain.get(), store.get(), server.certificate.get(), nullptr);
  return X509_verify_cert(chain.get()) == 1;
}

struct Authority {
  explicit Authority(const std::string& name)
      : own(MakeCertificate({.subject = name, .is_authority = true})),
        server(MakeCertificate({.subject = "server.example", .issuer = &own})) {}
  TestCertificate own, server;
};

TEST_CASE("an authority is trusted once its file is used, and no more when another is used instead", "[trust_store]") {
  const TempDir folder;
  const Authority one("Authority One"), other("Authority Two");
  WritePem(one.own, folder / "one.pem");
  WritePem(other.own, folder / "other.pem");
  TrustStore trust;
  CHECK_FALSE(trusts(trust, one.server));
  CHECK_FALSE(trust.Use((folder / "one.pem").string()));
  CHECK(trusts(trust, one.server));
  CHECK_FALSE(trusts(trust, other.server));
  CHECK_FALSE(trust.Use((folder / "other.pem").string()));
  CHECK_FALSE(trusts(trust, one.server));
  CHECK_FALSE(trust.Use(""));
  CHECK_FALSE(trusts(trust, other.server));
}

TEST_CASE("a file that cannot be used says so, and the authorities before go on", "[trust_store]") {
  const TempDir folder;
  const Authority one("Authority One");
  WritePem(one.own, folder / "one.pem");
  WriteInPlace(folder / "broken.pem", "no certificate\n");
  TrustStore trust;
  REQUIRE_FALSE(trust.Use((folder / "one.pem").string()));
  for (const char* name : {"broken.pem", "missing.pem"}) {
    CHECK(trust.Use((folder / name).string()).value_or("").starts_with("ca_file of config.json cannot be used: "));
    CHECK(trusts(trust, one.server));
  }
}

}  // namespace
}  // namespace linewatch
