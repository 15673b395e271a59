// One try of a website's check: the request, and those that redirects lead to.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_VISIT_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_VISIT_H_

#include <openssl/types.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "monitord/net/certificate_verifier.h"
#include "monitord/net/client_keys.h"
#include "monitord/net/curl_handles.h"
#include "monitord/net/resolver.h"
#include "monitord/net/trust_store.h"
#include "monitord/probe/service/conversation.h"
#include "monitord/probe/service/cookie_jar.h"
#include "monitord/probe/service/http_body.h"
#include "monitord/probe/service/http_transfers.h"
#include "store/text/status_ranges.h"
#include "store/text/url.h"

namespace linewatch {

// What a visit needs of its prober.
struct VisitNeeds {
  HttpTransfers& transfers;
  const TrustStore& trust;
  const ClientKeys& keys;
  ServiceProber::Place place;
  SteadyTime::duration naming_time;  // of the target's own name
  // ServiceProber::LookUp, for this place.
  std::function<Resolver::Answer(const std::string& name, SteadyTime now)> look_up;
};

class HttpVisit : public Conversation, public HttpTransfers::Request {
 public:
  HttpVisit(VisitNeeds needs, const Target& target, const Addresses& addresses);
  ~HttpVisit() override { Leave(); }
  HttpVisit(const HttpVisit&) = delete;
  HttpVisit& operator=(const HttpVisit&) = delete;

  State Work(SteadyTime now, CheckResult& result) override;
  pollfd wait() const override { return {-1, 0, 0}; }
  bool is_connected() const override { return redirects_ > 0 || connected_at_ != SteadyTime{}; }
  // libcurl tries one of each family. Who has not answered after nearly half of the time cannot send a page in the rest.
  bool tries_one_address() const override {
    return !is_connected() && std::chrono::steady_clock::now() - began_ > target_.timeout * 2 / 5;
  }
  Address peer() const override;
  std::string_view awaited() const override;

  HttpTransfers::Place place() const override { return needs_.place; }
  void NoteWatched() override { was_watched_ = true; }
  void NoteEnd(CURLcode code) override { ended_ = code; }

  // What a server may send before its body, in bytes.
  static constexpr size_t kMaxHeaders = 256 * 1024;

 private:
  struct Verdict {
    bool ok = false;
    std::string reason;
    bool is_answer = true;  // else another try may have more luck
  };

  static size_t OnHeader(char* data, size_t one, size_t length, void* self);
  static size_t OnBody(char* data, size_t one, size_t length, void* self);
  static CURLcode OnContext(CURL* easy, void* context, void* self);
  static int VisitIndex();
  static int OnCertificateRequest(SSL* tls, X509** certificate, EVP_PKEY** key);
  static int OnReady(void* self, char* there, char* here, int there_port, int here_port);
  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void NoteConnected();
  void ForgetAnswer();
  bool TakeHeader(std::string_view line);
  void TakeField(std::string_view name, std::string_view value);
  bool EndHeaders();
  bool TakeBody(std::string_view data);
  void JudgeBody(const std::string& fault);

  void Ask(const Addresses& addresses);
  void AimAt(const Addresses& addresses);
  void SetUpTls();
  void AddMethod();
  void AddHeaders();
  void AddLogin();
  void Leave();
  void EndRequest(CURLcode code, SteadyTime now, CheckResult& result);
  void Redirect(SteadyTime now);
  void AskElsewhere(const Addresses& addresses);
  std::string RefusalOf(const Address& elsewhere) const;
  void FindRedirected(SteadyTime now);
  void Fail(std::string reason, bool is_answer = true) { verdict_ = {false, std::move(reason), is_answer}; }
  void FailByStatus(long status);
  void FailBy(CURLcode code, CheckResult& result);
  void FailByTls(bool is_in_handshake);
  void FailByDecoding();
  bool is_end_of_body(CURLcode code) const;
  std::string OwnHeader(std::string_view name) const;
  bool has_wrong_family(const Address& address);
  CheckDetails Measured() const;
  bool is_own_origin() const { return url_.has_same_origin(origin_); }

  const VisitNeeds needs_;
  const Target& target_;
  const CheckSettings& service_;
  const Addresses own_addresses_;
  const SteadyTime began_ = std::chrono::steady_clock::now();
  StatusRanges good_;
  Url origin_;  // of the host's own URL

  // The request under way.
  CurlEasy easy_;
  CurlLines connect_to_, resolved_, headers_;
  std::unique_ptr<CertificateVerifier> verifier_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  Url url_;
  std::string url_text_, method_;
  Addresses addresses_;
  bool is_added_ = false, is_looking_up_ = false;
  bool was_watched_ = false;  // its connection was not refused at once
  // What was reached; as libcurl counts it, it knows of the connection no sooner than of TLS.
  SteadyTime opened_at_{}, connected_at_{}, ready_at_{}, answered_at_{};
  std::optional<CURLcode> ended_;
  std::string location_, encoding_;  // what the answer says of itself
  bool has_chunks_ = false;
  bool is_challenged_ = false;  // a 401 that libcurl answers by itself
  bool is_asked_for_certificate_ = false;
  bool is_undecoded_ = false;  // the body is taken as it comes
  size_t header_bytes_ = 0;
  bool is_in_body_ = false, is_redirected_ = false;
  std::optional<HttpBody> body_;
  int socket_error_ = 0;

  // Of all.
  CookieJar cookies_;
  int redirects_ = 0;
  SteadyTime looking_up_since_{};
  CheckDetails before_;  // of the requests that were redirected
  std::optional<Verdict> verdict_;
  VoidReason void_reason_ = VoidReason::kNone;
};

}  // namespace linewatch

#endif
