#include "monitord/net/tls_offer.h"

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

std::string Ciphers(SSL_CTX* context) {
  std::string names;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
    names.append(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i))).append(" ");
  return names;
}

TEST_CASE("no group that a server chooses costs seconds of processor", "[tls_offer]") {
  for (const bool is_strict : {true, false}) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    REQUIRE(Ciphers(context.get()).find("DHE-RSA-AES128-GCM-SHA256 ") != std::string::npos);
    OfferTls(context.get(), is_strict);
    const std::string names = Ciphers(context.get());
    CHECK(names.find(" DHE-") == std::string::npos);
    CHECK(names.find("TLS_AES_128_GCM_SHA256 ") != std::string::npos);
    CHECK(names.find("ECDHE-RSA-AES128-GCM-SHA256 ") != std::string::npos);
    CHECK(names.find(" AES128-SHA ") != std::string::npos);
  }
}

TEST_CASE("old devices are reached where nothing is verified, and nowhere else", "[tls_offer]") {
  const auto is_lenient = [](bool is_strict) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    OfferTls(context.get(), is_strict);
    const bool has_old_version = SSL_CTX_get_min_proto_version(context.get()) == TLS1_VERSION;
    const bool has_short_keys = SSL_CTX_get_security_level(context.get()) == 0;
    const bool is_renegotiating = (SSL_CTX_get_options(context.get()) & SSL_OP_LEGACY_SERVER_CONNECT) != 0;
    CHECK(has_old_version == has_short_keys);
    CHECK(has_short_keys == is_renegotiating);
    return has_short_keys;
  };
  CHECK(is_lenient(false));
  CHECK_FALSE(is_lenient(true));
}

}  // namespace
}  // namespace linewatch
