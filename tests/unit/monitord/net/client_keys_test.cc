#include "monitord/net/client_keys.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/catch.h"
#include "tests/unit/certificates.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

void Write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

struct Context {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> made{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::string Use(const ClientKeys& keys, const std::string& certificate, const std::string& key = "") const {
    return keys.Show(made.get(), certificate, key).value_or("");
  }
};

TEST_CASE("a client certificate and its key are read from two files or from one", "[client_keys]") {
  const TempDir folder;
  const ClientKeys keys(folder.path());
  const auto authority = MakeCertificate({.subject = "authority", .is_authority = true});
  const auto own = MakeCertificate({.subject = "noc", .issuer = &authority});
  WritePem(own, folder / "noc.pem");
  WriteKeyPem(own, folder / "noc.key");
  WritePem(authority, folder / "authority.pem");
  Context context;
  CHECK(context.Use(keys, "noc.pem", "noc.key").empty());
  CHECK(SSL_CTX_check_private_key(context.made.get()) == 1);

  Write(folder / "both.pem",
        Contents(folder / "noc.pem") + Contents(folder / "authority.pem") + Contents(folder / "noc.key"));
  Context other;
  CHECK(other.Use(keys, "both.pem").empty());
  CHECK(SSL_CTX_check_private_key(other.made.get()) == 1);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(other.made.get(), &chain);
  CHECK(sk_X509_num(chain) == 1);
}

TEST_CASE("without a client certificate there is nothing to read", "[client_keys]") {
  CHECK(Context().Use(ClientKeys(), "", "").empty());
}

TEST_CASE("a client certificate that cannot be used says which file is at fault", "[client_keys]") {
  const TempDir folder;
  const ClientKeys keys(folder.path());
  const auto own = MakeCertificate({.subject = "noc"}), other = MakeCertificate({.subject = "other"});
  WritePem(own, folder / "noc.pem");
  WriteKeyPem(other, folder / "other.key");
  WriteKeyPem(own, folder / "secret.key", "a passphrase");
  Write(folder / "empty", "");
  Write(folder / "large", std::string(300 * 1024, 'x'));
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const auto use = [&](const std::string& certificate, const std::string& key) {
    return Context().Use(keys, certificate, key);
  };
  CHECK(use("gone.pem", "") == "keys/gone.pem cannot be read: No such file or directory");
  CHECK(use("noc.pem", "gone.key") == "keys/gone.key cannot be read: No such file or directory");
  CHECK(use("noc.pem", "pipe").starts_with("keys/pipe cannot be read: "));
  CHECK(use("large", "").starts_with("keys/large cannot be read: "));
  CHECK(use("empty", "") == "keys/empty has no certificate in PEM form");
  CHECK(use("noc.pem", "") == "keys/noc.pem has no key in PEM form without a passphrase");
  CHECK(use("noc.pem", "secret.key") == "keys/secret.key has no key in PEM form without a passphrase");
  CHECK(use("noc.pem", "other.key") == "keys/other.key has not the key of the certificate in keys/noc.pem");
}

}  // namespace
}  // namespace linewatch
