// Reads the certificate of any server that speaks TLS, from the first byte on or after STARTTLS, and judges it.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "monitord/net/certificate_verifier.h"
#include "monitord/probe/probers.h"
#include "monitord/probe/service/service_prober.h"
#include "monitord/probe/service/start_tls.h"
#include "monitord/probe/service/tcp_connection.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

using ContextHandle = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslHandle = std::unique_ptr<SSL, decltype(&SSL_free)>;

// The name or address that the certificate must be for.
std::string ServerOf(const Target& target, const Address& address) {
  if (!target.check_settings->server_name.empty()) return target.check_settings->server_name;
  return target.name ? *target.name : address.Text();
}

ContextHandle MakeContext(CertificateVerifier& verifier, bool is_strict) {
  ContextHandle context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (!is_strict) {
    // Only dates count, of old devices as well; nothing secret is ever sent.
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), 0);
  }
  verifier.Install(context.get());
  return context;
}

// What the server has sent is no record of TLS at all.
bool is_no_tls(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_BAD_RECORD_TYPE:
      return true;
    default:
      return false;
  }
}

class TlsConversation : public Conversation {
 public:
  TlsConversation(const Target& target, const Addresses& addresses, const TrustStore& trust)
      : port_(PortOf(target.kind, *target.check_settings)),
        connection_(addresses, port_),
        server_(ServerOf(target, addresses.front())),
        verifier_(trust, server_, target.check_settings->verify_tls),
        context_(MakeContext(verifier_, target.check_settings->verify_tls)),
        ssl_(SSL_new(context_.get()), SSL_free),
        start_tls_(port_) {
    if (!ssl_) throw std::bad_alloc();
    std::string name = server_;
    if (name.ends_with('.')) name.pop_back();
    if (is_domain_name(name)) SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
  }

  State Work(SteadyTime now, CheckResult& result) override {
    if (const auto state = connection_.Connect(result)) return *state;
    if (SSL_get_fd(ssl_.get()) < 0 && SSL_set_fd(ssl_.get(), connection_.fd()) != 1) throw std::bad_alloc();
    if (!details_.connect_ms) {
      details_.connect_ms = connection_.MillisecondsUntil(now);
      tls_begun_ms_ = *details_.connect_ms;
      awaited_ = start_tls_.state() == StartTls::State::kDone ? "TLS handshake" : "STARTTLS";
    }
    if (start_tls_.state() != StartTls::State::kDone) {
      const State state = TalkInClear(now, result);
      if (start_tls_.state() != StartTls::State::kDone) {
        result.details = details_;
        return state;
      }
    }
    const State state = ShakeHands(now, result);
    verifier_.Describe(details_);
    result.details = details_;
    return state;
  }

  pollfd wait() const override { return connection_.wait(events_); }
  bool is_connected() const override { return connection_.is_connected(); }
  std::string_view awaited() const override { return awaited_; }

 private:
  State TalkInClear(SteadyTime now, CheckResult& result) {
    std::string heard;
    auto fault = connection_.Read(heard, StartTls::kMost);
    start_tls_.Hear(heard);
    if (!connection_.Write(start_tls_.to_say)) fault = "connection lost";
    events_ = start_tls_.to_say.empty() ? POLLIN : POLLOUT;
    switch (start_tls_.state()) {
      case StartTls::State::kDone:
        awaited_ = "TLS handshake";
        tls_begun_ms_ = connection_.MillisecondsUntil(now);
        return State::kGoesOn;
      case StartTls::State::kFailed:
        result.reason = start_tls_.fault();
        return State::kAnswered;
      case StartTls::State::kGoesOn:
        break;
    }
    if (!fault) return State::kGoesOn;
    result.reason = *fault + " before STARTTLS";
    return State::kUnanswered;
  }

  State ShakeHands(SteadyTime now, CheckResult& result) {
    ERR_clear_error();
    const int done = SSL_connect(ssl_.get());
    const int system_error = errno;
    if (done == 1) {
      const float all = connection_.MillisecondsUntil(now);
      details_.tls_ms = all - tls_begun_ms_;
      result.ok = true;
      result.rtt_ms = all;
      SSL_shutdown(ssl_.get());  // says so to the server, and waits for nothing
      ERR_clear_error();
      return State::kAnswered;
    }
    const int what = SSL_get_error(ssl_.get(), done);
    if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE) {
      events_ = what == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      return State::kGoesOn;
    }
    const unsigned long error = ERR_peek_error();
    ERR_clear_error();
    if (!verifier_.fault().empty()) {
      result.reason = verifier_.fault();
      return State::kAnswered;
    }
    if (what == SSL_ERROR_SYSCALL || what == SSL_ERROR_ZERO_RETURN ||
        ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      result.reason = std::string("connection ") +
                      (what == SSL_ERROR_SYSCALL && system_error == ECONNRESET ? "reset" : "closed") +
                      " in the TLS handshake";
      return State::kUnanswered;
    }
    const char* text = ERR_reason_error_string(error);
    result.reason = is_no_tls(error) ? std::string("no TLS: the server speaks something else")
                                     : std::string("TLS handshake failed: ") + (text != nullptr ? text : "no reason");
    return State::kAnswered;
  }

  const int port_;
  TcpConnection connection_;
  const std::string server_;
  CertificateVerifier verifier_;
  const ContextHandle context_;
  const SslHandle ssl_;
  StartTls start_tls_;
  CheckDetails details_;
  float tls_begun_ms_ = 0;
  std::string_view awaited_ = "connection";
  int16_t events_ = POLLIN;
};

}  // namespace

std::unique_ptr<Prober> MakeTlsProber(Prober::Done done, const ProberNeeds& needs) {
  return std::make_unique<ServiceProber>(
      std::move(done), [&trust = needs.trust](const Target& target, const Addresses& addresses, ServiceProber::Place) {
        return std::make_unique<TlsConversation>(target, addresses, trust);
      });
}

}  // namespace linewatch
