// Whose certificates are trusted: the authorities of the system, and those of config.json's ca_file.
#ifndef LINEWATCH_MONITORD_NET_TRUST_STORE_H_
#define LINEWATCH_MONITORD_NET_TRUST_STORE_H_

#include <openssl/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace linewatch {

// For checks alone: alerts go by the system's authorities and by their channel's own. SSL_CERT_FILE and SSL_CERT_DIR
// name others than the system's, as for all of OpenSSL. May be used by any thread.
class TrustStore {
 public:
  TrustStore();

  // From now on these, too; an empty path means none. If the file cannot be used those before go on, and the answer is
  // a sentence for people.
  std::optional<std::string> Use(const std::string& ca_file);

  // For handshakes; OpenSSL locks it by itself.
  std::shared_ptr<X509_STORE> store() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<X509_STORE> store_;
};

}  // namespace linewatch

#endif
