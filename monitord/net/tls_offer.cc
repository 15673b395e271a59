#include "monitord/net/tls_offer.h"

#include <openssl/obj_mac.h>
#include <openssl/ssl.h>

#include <string>

namespace linewatch {

void OfferTls(SSL_CTX* context, bool is_strict) {
  if (!is_strict) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  }
  if (!is_strict) SSL_CTX_set_cipher_list(context, "ALL:!aNULL:!PSK:!SRP");
  // Whatever the system has set, but for these.
  std::string names;
  const STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(ciphers, i);
    const int exchange = SSL_CIPHER_get_kx_nid(cipher);
    if (exchange == NID_kx_dhe || exchange == NID_kx_dhe_psk || exchange == NID_kx_any)
      continue;  // any: those of TLS 1.3, a list of their own
    names.append(names.empty() ? "" : ":").append(SSL_CIPHER_get_name(cipher));
  }
  SSL_CTX_set_cipher_list(context, names.c_str());
  // Without the finite-field groups of TLS 1.3.
  SSL_CTX_set1_groups_list(context, "X25519:P-256:X448:P-521:P-384");
}

}  // namespace linewatch
