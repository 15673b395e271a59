// Reads the certificate of any server that speaks TLS, from the first byte on or after STARTTLS, and judges it.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "monitord/net/certificate_verifier.h"
#include "monitord/net/client_keys.h"
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

ContextHandle MakeContext(CertificateVerifier& verifier) {
  ContextHandle context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  verifier.Install(context.get());
  return context;
}

StartTls::Settings StartTlsSettings(const Target& target, const std::string& server, int fd) {
  std::array<char, 256> host_name{};
  gethostname(host_name.data(), host_name.size() - 1);
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  getsockname(fd, address, &length);
  return {target.check_settings->starttls, server, MailNames(host_name.data(), Address(address).Text())};
}

bool is_alert(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET;
}

std::string ReasonText(unsigned long error) {
  const char* text = ERR_reason_error_string(error);
  return text != nullptr ? text : "no reason";
}

std::string HandshakeFault(unsigned long error) {
  const std::string begin = "TLS handshake failed: ";
  // Whatever it is that the server does not like, this is what it says; mostly it is the ciphers.
  if (ERR_GET_REASON(error) == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)
    return begin + "the server accepts none of the ciphers that are offered (DHE is not)";
  return begin + ReasonText(error);
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
  TlsConversation(const Target& target, const Addresses& addresses, const TrustStore& trust, const ClientKeys& keys)
      : target_(target),
        port_(PortOf(target.kind, *target.check_settings)),
        connection_(addresses, port_),
        server_(ServerOf(target, addresses.front())),
        verifier_(trust, server_, target.check_settings->verify_tls),
        context_(MakeContext(verifier_)),
        has_own_certificate_(!target.check_settings->client_cert.empty()),
        key_fault_(keys.Show(context_.get(), target.check_settings->client_cert, target.check_settings->client_key)),
        ssl_(SSL_new(context_.get()), SSL_free) {
    if (!ssl_) throw std::bad_alloc();
    std::string name = server_;
    if (name.ends_with('.')) name.pop_back();
    if (is_domain_name(name)) SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
    SSL_set_cert_cb(ssl_.get(), NoteRequest, this);
    SSL_set_msg_callback(ssl_.get(), NoteTicket);
    SSL_set_msg_callback_arg(ssl_.get(), this);
  }

  State Work(SteadyTime now, CheckResult& result) override {
    if (key_fault_) {
      result.void_reason = VoidReason::kNoKey;
      result.reason = *key_fault_;
      return State::kAnswered;
    }
    if (const auto state = connection_.Connect(result)) return *state;
    if (SSL_get_fd(ssl_.get()) < 0 && SSL_set_fd(ssl_.get(), connection_.fd()) != 1) throw std::bad_alloc();
    if (!details_.connect_ms) {
      details_.connect_ms = connection_.MillisecondsUntil(now);
      tls_begun_ms_ = *details_.connect_ms;
      awaited_ = "TLS handshake";
    }
    if (!start_tls_) start_tls_.emplace(port_, StartTlsSettings(target_, server_, connection_.fd()));
    if (start_tls_->state() != StartTls::State::kDone) {
      const State state = TalkInClear(now, result);
      if (start_tls_->state() != StartTls::State::kDone) {
        result.details = details_;
        return state;
      }
    }
    const State state = is_shaken_ ? HearVerdict(result) : ShakeHands(now, result);
    verifier_.Describe(details_);
    result.details = details_;
    return state;
  }

  pollfd wait() const override { return connection_.wait(events_); }
  bool is_connected() const override { return connection_.is_connected(); }
  std::string_view awaited() const override {
    const bool is_in_clear = start_tls_ && start_tls_->state() != StartTls::State::kDone;
    return is_in_clear ? start_tls_->awaited() : awaited_;
  }

 private:
  // The server asks for a certificate of ours.
  static int NoteRequest(SSL*, void* self) {
    static_cast<TlsConversation*>(self)->is_asked_ = true;
    return 1;
  }

  // In TLS 1.3 it sends tickets once it has found everything good.
  static void NoteTicket(int is_sent, int, int content, const void* message, size_t length, SSL*, void* self) {
    if (is_sent == 0 && content == SSL3_RT_HANDSHAKE && length > 0 &&
        *static_cast<const unsigned char*>(message) == SSL3_MT_NEWSESSION_TICKET)
      static_cast<TlsConversation*>(self)->has_ticket_ = true;
  }

  State TalkInClear(SteadyTime now, CheckResult& result) {
    std::string heard;
    auto fault = connection_.Read(heard, StartTls::kMost);
    start_tls_->Hear(heard);
    if (!connection_.Write(start_tls_->to_say)) fault = "connection lost";
    events_ = start_tls_->to_say.empty() ? POLLIN : POLLOUT;
    switch (start_tls_->state()) {
      case StartTls::State::kDone:
        tls_begun_ms_ = connection_.MillisecondsUntil(now);
        return State::kGoesOn;
      case StartTls::State::kFailed:
        result.reason = start_tls_->fault();
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
      result.rtt_ms = all;
      SSL_shutdown(ssl_.get());  // says so to the server, and waits for nothing
      ERR_clear_error();
      if (!has_own_certificate_ || !is_asked_ || SSL_version(ssl_.get()) < TLS1_3_VERSION) {
        result.ok = true;
        return State::kAnswered;
      }
      is_shaken_ = true;
      shutdown(connection_.fd(), SHUT_WR);
      return HearVerdict(result);
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
    if (is_asked_ && is_alert(error)) {
      result.reason = CertificateFault(error);
      return State::kAnswered;
    }
    if (what == SSL_ERROR_SYSCALL || what == SSL_ERROR_ZERO_RETURN ||
        ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      result.reason = std::string("connection ") +
                      (what == SSL_ERROR_SYSCALL && system_error == ECONNRESET ? "reset" : "closed") +
                      " in the TLS handshake" +
                      (is_asked_ && !has_own_certificate_ ? ", after the server asked for a client certificate" : "");
      return State::kUnanswered;
    }
    result.reason = is_no_tls(error) ? std::string("no TLS: the server speaks something else") : HandshakeFault(error);
    return State::kAnswered;
  }

  std::string CertificateFault(unsigned long error) const {
    if (!has_own_certificate_) return "the server wants a client certificate";
    return "the server refuses the client certificate: " + ReasonText(error);
  }

  // In TLS 1.3 the handshake is over on this side before the server has looked at our certificate. It says what is wrong
  // with it in an alert; tickets, or that it closes the connection without one, show that nothing is.
  State HearVerdict(CheckResult& result) {
    awaited_ = "answer to the client certificate";
    std::array<char, 1024> buffer;
    ERR_clear_error();
    const int length = SSL_read(ssl_.get(), buffer.data(), buffer.size());
    const unsigned long error = ERR_peek_error();
    const int what = SSL_get_error(ssl_.get(), length);
    ERR_clear_error();
    if (what == SSL_ERROR_WANT_READ && !has_ticket_) {
      events_ = POLLIN;
      return State::kGoesOn;
    }
    result.ok = !is_alert(error);
    if (!result.ok) {
      result.reason = CertificateFault(error);
      result.rtt_ms = {};
    }
    return State::kAnswered;
  }

  const Target& target_;
  const int port_;
  TcpConnection connection_;
  const std::string server_;
  CertificateVerifier verifier_;
  const ContextHandle context_;
  const bool has_own_certificate_;
  const std::optional<std::string> key_fault_;
  const SslHandle ssl_;
  std::optional<StartTls> start_tls_;  // from when it is connected
  CheckDetails details_;
  float tls_begun_ms_ = 0;
  std::string_view awaited_ = "connection";
  int16_t events_ = POLLIN;
  bool is_asked_ = false, has_ticket_ = false, is_shaken_ = false;
};

}  // namespace

std::unique_ptr<Prober> MakeTlsProber(Prober::Done done, const ProberNeeds& needs) {
  return std::make_unique<ServiceProber>(
      std::move(done), [&trust = needs.trust, keys = needs.keys](const Target& target, const Addresses& addresses,
                                                                 ServiceProber::Place) {
        return std::make_unique<TlsConversation>(target, addresses, trust, keys);
      });
}

}  // namespace linewatch
