#include "monitord/net/tls_offer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>

namespace linewatch {
namespace {

constexpr char kStrictCiphers[] = "DEFAULT:!PSK:!SRP:!kDHE",
               kAllCiphers[] = "ALL:!aNULL:!eNULL:!PSK:!SRP:!kDHE:@SECLEVEL=0";

// TLS 1.3 has its groups in a list of their own, ffdhe8192 among them. The first list is for an OpenSSL that knows the
// hybrid one (3.5).
constexpr const char* kGroups[] = {"X25519:X25519MLKEM768:P-256:X448:P-384:P-521", "X25519:P-256:X448:P-384:P-521"};

void OfferGroups(SSL_CTX* context) {
  for (const char* groups : kGroups)
    if (SSL_CTX_set1_groups_list(context, groups) == 1) return;
  throw std::runtime_error("OpenSSL has no elliptic curves");
}

}  // namespace

void OfferTls(SSL_CTX* context, bool is_strict) {
  if (!is_strict) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  }
  if (SSL_CTX_set_cipher_list(context, is_strict ? kStrictCiphers : kAllCiphers) != 1)
    throw std::runtime_error("OpenSSL has no ciphers");
  OfferGroups(context);
  ERR_clear_error();
}

}  // namespace linewatch
