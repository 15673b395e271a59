#include "monitord/net/certificate_names.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string_view>

#include "monitord/net/address.h"
#include "monitord/net/answer_text.h"

namespace linewatch {
namespace {

std::string Shown(std::string_view name) { return AnswerText(name, {}, kMostNameBytes); }

std::string TextOf(const ASN1_STRING* text) {
  return Shown(
      {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<size_t>(ASN1_STRING_length(text))});
}

// Empty when there is none.
std::string PartOf(X509_NAME* name, int kind) {
  const int index = X509_NAME_get_index_by_NID(name, kind, -1);
  if (index < 0) return "";
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (length < 0) return "";
  std::string text = Shown({reinterpret_cast<const char*>(utf8), static_cast<size_t>(length)});
  OPENSSL_free(utf8);
  return text;
}

}  // namespace

std::vector<std::string> NamesOf(X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    int kind = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(alternatives.get(), i), &kind);
    const auto* text = static_cast<const ASN1_STRING*>(value);
    if (kind == GEN_DNS) {
      names.push_back(TextOf(text));
    } else if (kind == GEN_IPADD && ASN1_STRING_length(text) == sizeof(in_addr)) {
      names.push_back(Address(*reinterpret_cast<const in_addr*>(ASN1_STRING_get0_data(text))).Text());
    } else if (kind == GEN_IPADD && ASN1_STRING_length(text) == sizeof(in6_addr)) {
      names.push_back(Address(*reinterpret_cast<const in6_addr*>(ASN1_STRING_get0_data(text))).Text());
    }
  }
  return names;
}

std::string SubjectOf(X509* certificate) {
  if (auto name = PartOf(X509_get_subject_name(certificate), NID_commonName); !name.empty()) return name;
  const auto names = NamesOf(certificate);
  return names.empty() ? PartOf(X509_get_subject_name(certificate), NID_organizationName) : names.front();
}

std::string IssuerOf(X509* certificate) {
  X509_NAME* issuer = X509_get_issuer_name(certificate);
  auto name = PartOf(issuer, NID_commonName);
  return name.empty() ? PartOf(issuer, NID_organizationName) : name;
}

}  // namespace linewatch
