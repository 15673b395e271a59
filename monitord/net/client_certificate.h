// By what certificate a check shows a server who asks.
#ifndef LINEWATCH_MONITORD_NET_CLIENT_CERTIFICATE_H_
#define LINEWATCH_MONITORD_NET_CLIENT_CERTIFICATE_H_

#include <openssl/types.h>

#include <filesystem>
#include <string>

namespace linewatch {

// From PEM files in `folder`: the certificate, perhaps with those of its authorities behind it, and its key, which is
// in the same file where `key` is empty. Empty, or why they cannot be used, a short sentence. A key with a passphrase
// cannot: nobody is there to type it.
std::string UseClientCertificate(SSL_CTX* context, const std::filesystem::path& folder, const std::string& certificate,
                                 const std::string& key);

}  // namespace linewatch

#endif
