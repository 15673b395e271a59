#include "monitord/net/client_certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace linewatch {
namespace {

// OpenSSL would ask at the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*is_written*/, void* /*self*/) { return 0; }

std::string Fault(const std::string& file) {
  const char* const text = ERR_reason_error_string(ERR_peek_error());
  std::string fault =
      "the file " + file + " in the folder keys cannot be used: " + (text != nullptr ? text : "no reason");
  ERR_clear_error();
  return fault;
}

}  // namespace

std::string UseClientCertificate(SSL_CTX* context, const std::filesystem::path& folder, const std::string& certificate,
                                 const std::string& key) {
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context, NoPassphrase);
  if (SSL_CTX_use_certificate_chain_file(context, (folder / certificate).c_str()) != 1) return Fault(certificate);
  const std::string& key_file = key.empty() ? certificate : key;
  // Answers whether it belongs to the certificate, too.
  if (SSL_CTX_use_PrivateKey_file(context, (folder / key_file).c_str(), SSL_FILETYPE_PEM) != 1) return Fault(key_file);
  return "";
}

}  // namespace linewatch
