#include "monitord/net/certificate_verifier.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "monitord/net/certificate_names.h"
#include "monitord/net/tls_offer.h"
#include "monitord/system/time_text.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

// Of the names that a certificate is for, in a reason.
constexpr size_t kMostNames = 3;

// One thing that is wrong, and the certificate that it is wrong with.
struct Finding {
  int error;
  int depth;  // 0: the server's own
  X509* certificate;
};
using Findings = std::vector<Finding>;

// Goes on after each fault, so that all of them are known, and the whole chain.
int Note(int is_good, X509_STORE_CTX* chain) {
  if (is_good == 0)
    static_cast<Findings*>(X509_STORE_CTX_get_app_data(chain))
        ->push_back({X509_STORE_CTX_get_error(chain), X509_STORE_CTX_get_error_depth(chain),
                     X509_STORE_CTX_get_current_cert(chain)});
  return 1;
}

WallTime TimeOf(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return kNever;
  return FromUnixSeconds(static_cast<double>(timegm(&fields)));
}

bool is_self_signed(X509* certificate) { return (X509_get_extension_flags(certificate) & EXFLAG_SS) != 0; }

// "3 days ago": not to the second, so that the sentence stays the same from check to check.
std::string AgoText(std::chrono::microseconds ago) {
  const auto hours = std::chrono::floor<std::chrono::hours>(ago).count();
  if (hours < 1) return "less than an hour ago";
  return (hours < 24 ? CountOf(hours, "hour") : CountOf(hours / 24, "day")) + " ago";
}

bool is_about_dates(int error) {
  return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID ||
         error == X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD || error == X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD;
}

bool is_about_name(int error) {
  return error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

std::string DateFault(const Finding& finding, WallTime now) {
  const std::string whose = finding.depth == 0 ? "" : " of the authority " + SubjectOf(finding.certificate);
  switch (finding.error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "certificate" + whose + " expired " + AgoText(now - TimeOf(X509_get0_notAfter(finding.certificate)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate" + whose + " is not valid before " +
             ClockText(TimeOf(X509_get0_notBefore(finding.certificate)), now);
    default:
      return "certificate" + whose + " has dates that cannot be read";
  }
}

std::string TrustFault(const Finding& finding) {
  const std::string begin = "certificate is not trusted: ";
  const std::string issuer = finding.certificate == nullptr ? "" : IssuerOf(finding.certificate);
  const std::string authority = issuer.empty() ? "its authority" : "its authority " + issuer;
  switch (finding.error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return begin + "self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return begin + authority + " is unknown";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      // The same for a chain that is incomplete: nobody can know which.
      return begin + authority + " is neither known nor sent by the server";
    case X509_V_ERR_INVALID_PURPOSE:
      return begin + "it is not one for servers";
    default:
      return begin + X509_verify_cert_error_string(finding.error);
  }
}

std::string NameFault(X509* certificate, const std::string& server) {
  auto names = NamesOf(certificate);
  // The common name counts where there is no other.
  if (names.empty())
    if (auto subject = SubjectOf(certificate); !subject.empty()) names.push_back(std::move(subject));
  return "certificate is for " + (names.empty() ? "nobody" : ListOf(names, kMostNames)) + ", not for " + server;
}

}  // namespace

CertificateVerifier::CertificateVerifier(const TrustStore& trust, std::string server, bool is_strict,
                                         bool is_clock_right)
    : trust_(trust), server_(std::move(server)), is_strict_(is_strict), is_clock_right_(is_clock_right) {}

void CertificateVerifier::Install(SSL_CTX* context) {
  OfferTls(context, is_strict_);
  SSL_CTX_set1_cert_store(context, trust_.store().get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, Verify, this);
}

void CertificateVerifier::Describe(CheckDetails& details) const {
  if (!has_seen_) return;
  details.cert_expires = seen_.cert_expires;
  details.cert_subject = seen_.cert_subject;
  details.cert_issuer = seen_.cert_issuer;
}

int CertificateVerifier::Verify(X509_STORE_CTX* chain, void* self) {
  return static_cast<CertificateVerifier*>(self)->Judge(chain);
}

int CertificateVerifier::Judge(X509_STORE_CTX* chain) {
  Findings findings;
  X509_STORE_CTX_set_app_data(chain, &findings);
  X509_STORE_CTX_set_verify_cb(chain, Note);
  X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(chain);
  // Who has only the authority that signs, and not the one above it, trusts that one.
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  std::string name = server_.substr(0, server_.find('%'));  // no certificate knows of interfaces
  if (name.ends_with('.')) name.pop_back();
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
  const bool was_judged = X509_verify_cert(chain) == 1;
  ERR_clear_error();
  Read(chain);

  const auto first = [&](auto matters) {
    const auto found = std::find_if(findings.begin(), findings.end(), matters);
    return found == findings.end() ? std::nullopt : std::optional(*found);
  };
  const auto date = first([&](const Finding& finding) {
    if (!is_about_dates(finding.error)) return false;
    if (finding.error == X509_V_ERR_CERT_NOT_YET_VALID && !is_clock_right_) return false;
    return is_strict_ || finding.depth == 0 || !is_self_signed(finding.certificate);
  });
  const auto trust =
      first([](const Finding& finding) { return !is_about_dates(finding.error) && !is_about_name(finding.error); });
  const auto other_name = first([](const Finding& finding) { return is_about_name(finding.error); });
  int error = X509_V_OK;
  if (date) {
    fault_ = DateFault(*date, WallNow());
    error = date->error;
  } else if (is_strict_ && trust) {
    fault_ = TrustFault(*trust);
    error = trust->error;
  } else if (is_strict_ && other_name) {
    fault_ = NameFault(X509_STORE_CTX_get0_cert(chain), server_);
    error = other_name->error;
  } else if (!was_judged) {
    fault_ = "certificate cannot be read";
    error = X509_V_ERR_UNSPECIFIED;
  }
  X509_STORE_CTX_set_error(chain, error);
  return error == X509_V_OK ? 1 : 0;
}

// Of the chain as it was built, not as it was sent: servers go on sending certificates that nobody needs any more.
void CertificateVerifier::Read(X509_STORE_CTX* chain) {
  const STACK_OF(X509)* certificates = X509_STORE_CTX_get0_chain(chain);
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    X509* certificate = sk_X509_value(certificates, i);
    const WallTime expires = TimeOf(X509_get0_notAfter(certificate));
    if (i > 0 && (is_self_signed(certificate) || expires >= seen_.cert_expires)) continue;
    seen_.cert_expires = expires;
    seen_.cert_subject = SubjectOf(certificate);
    seen_.cert_issuer = IssuerOf(certificate);
    has_seen_ = true;
  }
}

}  // namespace linewatch
