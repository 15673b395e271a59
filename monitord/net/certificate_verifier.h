// Judges the certificate of a server within the handshake, and reads it even where it is refused.
#ifndef LINEWATCH_MONITORD_NET_CERTIFICATE_VERIFIER_H_
#define LINEWATCH_MONITORD_NET_CERTIFICATE_VERIFIER_H_

#include <openssl/types.h>

#include <string>

#include "monitord/net/trust_store.h"
#include "monitord/system/clock_watch.h"
#include "store/check_settings.h"

namespace linewatch {

// For one handshake.
class CertificateVerifier {
 public:
  // `server` is the name or address that the certificate must be for. With `is_strict` false neither that nor who has
  // signed it matters, but its dates do. A certificate that is not yet valid passes while this machine's clock is not
  // known to be right: it is the clock that is wrong then.
  CertificateVerifier(const TrustStore& trust, std::string server, bool is_strict,
                      bool is_clock_right = is_clock_synchronised());
  CertificateVerifier(const CertificateVerifier&) = delete;
  CertificateVerifier& operator=(const CertificateVerifier&) = delete;

  // From now on handshakes of this context offer what OfferTls says, ask this object, and fail if it finds a fault. It
  // outlives them.
  void Install(SSL_CTX* context);

  bool has_seen_certificate() const { return has_seen_; }
  // Why it was refused, a short sentence: "certificate expired 3 days ago", "certificate is for a.example, b.example,
  // not for c.example", "certificate is not trusted: self-signed". Empty if it was not.
  const std::string& fault() const { return fault_; }
  // cert_expires, cert_subject and cert_issuer of the certificate that expires first of those from the server's own up
  // to the root, which is left out; the others are left as they are.
  void Describe(CheckDetails& details) const;

 private:
  static int Verify(X509_STORE_CTX* chain, void* self);
  int Judge(X509_STORE_CTX* chain);
  void Read(X509_STORE_CTX* chain);

  const TrustStore& trust_;
  const std::string server_;
  const bool is_strict_, is_clock_right_;
  bool has_seen_ = false;
  std::string fault_;
  CheckDetails seen_;
};

}  // namespace linewatch

#endif
