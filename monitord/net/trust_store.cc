#include "monitord/net/trust_store.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <filesystem>
#include <new>

namespace linewatch {
namespace {

// The system's folder of authorities is looked into when one is asked for; nothing is read ahead.
std::shared_ptr<X509_STORE> SystemStore() {
  std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  if (!store) throw std::bad_alloc();
  X509_STORE_set_default_paths(store.get());
  ERR_clear_error();
  return store;
}

}  // namespace

TrustStore::TrustStore() : store_(SystemStore()) {}

std::optional<std::string> TrustStore::Use(const std::string& ca_file) {
  auto store = SystemStore();
  if (!ca_file.empty() && X509_STORE_load_file(store.get(), ca_file.c_str()) != 1) {
    ERR_clear_error();
    return "ca_file of config.json cannot be used: expected the path of a file of certificates in PEM form that "
           "monitord may read";
  }
  const std::lock_guard lock(mutex_);
  store_ = std::move(store);
  return std::nullopt;
}

std::shared_ptr<X509_STORE> TrustStore::store() const {
  const std::lock_guard lock(mutex_);
  return store_;
}

}  // namespace linewatch
