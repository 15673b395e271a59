// Any certificate that a server shows, with whatever names in it.
#include "monitord/net/certificate_names.h"

#include <openssl/x509.h>

#include <memory>

#include "store/text/ascii.h"
#include "store/text/plain_text.h"
#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

void RequireFit(const std::string& name) {
  Require(name.size() <= kMostNameBytes, "a name is short");
  Require(!has_control_characters(name, false), "a name is one line");
  RequireSame(ValidUtf8(name), name, "a name is UTF-8");
}

void Try(const uint8_t* data, size_t size) {
  const unsigned char* at = data;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(d2i_X509(nullptr, &at, static_cast<long>(size)),
                                                                X509_free);
  if (!certificate) return;
  RequireFit(SubjectOf(certificate.get()));
  RequireFit(IssuerOf(certificate.get()));
  for (const std::string& name : NamesOf(certificate.get())) RequireFit(name);
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(data, size);
  return 0;
}
