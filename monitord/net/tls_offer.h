// What a check offers to servers of TLS: versions, ciphers and groups. For tls and http alike.
#ifndef LINEWATCH_MONITORD_NET_TLS_OFFER_H_
#define LINEWATCH_MONITORD_NET_TLS_OFFER_H_

#include <openssl/types.h>

namespace linewatch {

// With `is_strict` false old devices are reached, too: TLS 1.0, short keys, SHA-1, a server that cannot renegotiate
// securely (RFC 5746). Only dates count then, and nothing secret is sent.
//
// Finite-field Diffie-Hellman (DHE) is offered to nobody. The server chooses its group, and so what the handshake costs
// this machine: three servers with a group of 10,000 bits took 8 s of the processor in 42 s, and the checks of other hosts
// were late. RFC 9325 section 4.1 advises against it, too.
void OfferTls(SSL_CTX* context, bool is_strict);

}  // namespace linewatch

#endif
