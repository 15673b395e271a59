// Makes certificates, good and bad, and the servers' side of TLS that shows them.
#ifndef LINEWATCH_TESTS_UNIT_CERTIFICATES_H_
#define LINEWATCH_TESTS_UNIT_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace linewatch {

// A certificate with its key, and those that a server sends with it.
struct TestCertificate {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
  std::vector<std::shared_ptr<X509>> sent_with;
};

struct CertificateRequest {
  std::string subject{};                    // its common name; empty: none
  std::string names{};                      // such as "DNS:a.example,IP:127.0.0.1"
  const TestCertificate* issuer = nullptr;  // null: signed by itself
  bool is_authority = false;
  std::chrono::hours begins{-1}, ends{48};  // from now on
  std::string usage = "serverAuth";
};

inline TestCertificate MakeCertificate(const CertificateRequest& request) {
  TestCertificate made;
  made.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  X509* const certificate = made.certificate.get();
  static long serial = 0;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  const auto seconds = [](std::chrono::hours hours) { return std::chrono::seconds(hours).count(); };
  X509_gmtime_adj(X509_getm_notBefore(certificate), seconds(request.begins));
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds(request.ends));
  if (!request.subject.empty())
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(request.subject.c_str()), -1, -1, 0);
  const TestCertificate& issuer = request.issuer != nullptr ? *request.issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  X509_set_pubkey(certificate, made.key.get());
  const auto extend = [&](int kind, const std::string& value) {
    if (value.empty()) return;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer.certificate.get(), certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free);
    if (!extension) throw std::invalid_argument(value);
    X509_add_ext(certificate, extension.get(), -1);
  };
  extend(NID_basic_constraints, request.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!request.is_authority) extend(NID_ext_key_usage, request.usage);
  extend(NID_subject_key_identifier, "hash");
  extend(NID_subject_alt_name, request.names);
  if (X509_sign(certificate, issuer.key.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign");
  return made;
}

inline void WritePem(const TestCertificate& made, const std::filesystem::path& path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "w"), BIO_free);
  if (!file || PEM_write_bio_X509(file.get(), made.certificate.get()) != 1) throw std::runtime_error("cannot write");
}

// Without a passphrase where it is empty.
inline void WriteKeyPem(const TestCertificate& made, const std::filesystem::path& path, std::string passphrase = "") {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "w"), BIO_free);
  if (!file || PEM_write_bio_PrivateKey(file.get(), made.key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
                                        nullptr, 0, nullptr, passphrase.empty() ? nullptr : passphrase.data()) != 1)
    throw std::runtime_error("cannot write");
}

// A server's end of TLS.
inline std::shared_ptr<SSL> ServerSide(const TestCertificate& shown) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), shown.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), shown.key.get());
  for (const auto& other : shown.sent_with) SSL_CTX_add1_chain_cert(context.get(), other.get());
  return {SSL_new(context.get()), SSL_free};
}

}  // namespace linewatch

#endif
