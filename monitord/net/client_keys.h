// The certificates and keys by which a check shows who it is: files in PEM form, in keys/ of the data folder.
#ifndef LINEWATCH_MONITORD_NET_CLIENT_KEYS_H_
#define LINEWATCH_MONITORD_NET_CLIENT_KEYS_H_

#include <openssl/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace linewatch {

class ClientKeys {
 public:
  // Without a folder there are none.
  explicit ClientKeys(std::filesystem::path folder = {});

  // From now on handshakes of `context` show the certificate of the file `certificate`, and those behind it there. Its
  // key is in the file `key`; where that is empty, in the same file. Both are read at once, so that a file that was
  // renewed counts from the next check on. An empty `certificate` changes nothing. The answer is why they cannot be
  // used, a short sentence that names the file; nothing when they can.
  std::optional<std::string> Show(SSL_CTX* context, const std::string& certificate, const std::string& key) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace linewatch

#endif
