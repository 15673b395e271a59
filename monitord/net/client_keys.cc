#include "monitord/net/client_keys.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <system_error>
#include <utility>

#include "store/file/atomic_file.h"

namespace linewatch {
namespace {

using BioHandle = std::unique_ptr<BIO, decltype(&BIO_free)>;
using CertificateHandle = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyHandle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// A chain of RSA certificates and its key are some 10 kB.
constexpr size_t kMostBytes = 256 * 1024;

// Throws std::system_error.
std::string ReadPem(const std::filesystem::path& path) {
  // To open a pipe could take for ever.
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
    throw std::system_error(std::make_error_code(std::errc::invalid_argument), "no file");
  return ReadFile(path, kMostBytes);
}

// OpenSSL would ask for the passphrase at the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

BioHandle Reader(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

bool ShowCertificates(SSL_CTX* context, const std::string& pem) {
  const BioHandle reader = Reader(pem);
  const auto next = [&] {
    return CertificateHandle(PEM_read_bio_X509(reader.get(), nullptr, NoPassphrase, nullptr), X509_free);
  };
  const auto own = next();
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  SSL_CTX_clear_chain_certs(context);
  while (const auto issuer = next())
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return false;
  return true;
}

}  // namespace

ClientKeys::ClientKeys(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::optional<std::string> ClientKeys::Show(SSL_CTX* context, const std::string& certificate,
                                            const std::string& key) const {
  if (certificate.empty()) return std::nullopt;
  const std::string& key_name = key.empty() ? certificate : key;
  std::string pem, key_pem;
  for (const auto& [name, text] : {std::pair(&certificate, &pem), std::pair(&key_name, &key_pem)}) {
    try {
      *text = ReadPem(folder_ / *name);
    } catch (const std::system_error& error) {
      return "keys/" + *name + " cannot be read: " + error.code().message();
    }
  }
  const bool has_certificate = ShowCertificates(context, pem);
  const BioHandle reader = Reader(key_pem);
  const KeyHandle own_key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, nullptr), EVP_PKEY_free);
  // That it belongs to the certificate is checked here, too.
  const bool has_key = has_certificate && own_key && SSL_CTX_use_PrivateKey(context, own_key.get()) == 1;
  ERR_clear_error();
  if (!has_certificate) return "keys/" + certificate + " has no certificate in PEM form";
  if (!own_key) return "keys/" + key_name + " has no key in PEM form without a passphrase";
  if (!has_key) return "keys/" + key_name + " has not the key of the certificate in keys/" + certificate;
  return std::nullopt;
}

}  // namespace linewatch
