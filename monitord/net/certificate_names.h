// The names in a certificate, made fit to be shown: anybody may have written them.
#ifndef LINEWATCH_MONITORD_NET_CERTIFICATE_NAMES_H_
#define LINEWATCH_MONITORD_NET_CERTIFICATE_NAMES_H_

#include <openssl/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace linewatch {

// What a certificate is for: the names and addresses that clients compare (RFC 9525).
std::vector<std::string> NamesOf(X509* certificate);

// Its common name, else the first of its names, else its organization; empty when it has none of them.
std::string SubjectOf(X509* certificate);

// The common name of who has signed it, else the organization.
std::string IssuerOf(X509* certificate);

// Each is cut to so many bytes.
inline constexpr size_t kMostNameBytes = 100;

}  // namespace linewatch

#endif
