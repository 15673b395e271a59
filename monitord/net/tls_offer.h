// What is offered to a server in the handshake of TLS.
#ifndef LINEWATCH_MONITORD_NET_TLS_OFFER_H_
#define LINEWATCH_MONITORD_NET_TLS_OFFER_H_

#include <openssl/types.h>

namespace linewatch {

// Strict: what the system allows. Else what old devices have as well: TLS 1.0, short keys, SHA-1, servers that cannot
// renegotiate safely. Finite-field Diffie-Hellman (DHE) is offered in no case: the server chooses the group, and one of
// 10,000 bits costs this machine seconds of processor.
void OfferTls(SSL_CTX* context, bool is_strict);

}  // namespace linewatch

#endif
