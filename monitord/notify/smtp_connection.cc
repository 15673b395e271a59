#include "monitord/notify/smtp_connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/InvalidCertificateHandler.h>
#include <Poco/Net/SMTPClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Net/VerificationErrorArgs.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "monitord/system/steady_time.h"
#include "monitord/system/waker.h"
#include "monitord/system/worker_thread.h"
#include "store/file/descriptor.h"

namespace linewatch {

using Poco::Net::Context;
using Poco::Net::SecureStreamSocket;
using Poco::Net::SecureStreamSocketImpl;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocketImpl;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// More than any server sends; what goes beyond is no mail server.
constexpr size_t kMaxLine = 2000;
constexpr size_t kMaxLines = 100;

// What is under way: how long and how much it may take.
struct Step {
  void Begin(std::string_view what, milliseconds time) {
    action = what;
    longest = time;
    deadline = steady_clock::now() + longest;
    lines = column = 0;
  }

  [[noreturn]] void Fail(const std::string& why) const { throw SmtpConnection::Failure(action + ": " + why); }

  // Until one of `events` is there for the descriptor.
  void Wait(int fd, short events, SteadyTime until) const {
    for (;;) {
      std::array<pollfd, 2> waits{{{fd, events, 0}, {cancelled.fd(), POLLIN, 0}}};
      const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
      const int ready = poll(waits.data(), waits.size(), static_cast<int>(std::max<int64_t>(0, left.count())));
      if (ready < 0 && errno != EINTR) ThrowErrno("poll");
      if (ready > 0 && waits[1].revents != 0) Fail("cancelled");
      if (ready > 0) return;
      if (ready == 0)
        Fail("no answer within " + std::to_string(std::chrono::ceil<std::chrono::seconds>(longest).count()) + " s");
    }
  }

  void Count(std::string_view received) {
    for (const char c : received) {
      column = c == '\n' ? 0 : column + 1;
      lines += c == '\n' ? 1 : 0;
    }
    if (column > kMaxLine) Fail("the server sends lines without an end");
    if (lines > kMaxLines) Fail("the server's answer has no end");
  }

  milliseconds longest{};
  std::string action;
  SteadyTime deadline{};
  size_t lines = 0, column = 0;  // received
  const Waker cancelled;         // awake for good once it is
};

// A socket of Poco's kind `Base` that does not block, and waits no longer than the step allows. To Poco it is one that
// blocks: all is sent, and something is received, or it throws Failure.
template <class Base>
class BoundedSocket : public Base {
 public:
  template <class... Arguments>
  explicit BoundedSocket(Step& step, Arguments... arguments) : Base(arguments...), step_(step) {}

  int sendBytes(const void* buffer, int length, int flags) override {
    const char* const bytes = static_cast<const char*>(buffer);
    for (int sent = 0; sent < length;)
      sent += Retry([&] { return Base::sendBytes(bytes + sent, length - sent, flags); }, POLLOUT);
    return length;
  }

  int receiveBytes(void* buffer, int length, int flags) override {
    const int received = Retry([&] { return Base::receiveBytes(buffer, length, flags); }, POLLIN);
    step_.Count({static_cast<const char*>(buffer), static_cast<size_t>(received)});
    return received;
  }

 protected:
  ~BoundedSocket() override = default;  // Poco counts who uses it

  template <class Attempt>
  int Retry(const Attempt& attempt, short events) {
    try {
      for (;;) {
        const int result = attempt();
        if (result > 0) return result;
        if (result == 0) step_.Fail("the server closed the connection");
        // In clear the only reason to wait is the one it was called for; TLS may have to read to write, and back.
        if (this->secure()) events = result == SecureStreamSocket::ERR_SSL_WANT_WRITE ? POLLOUT : POLLIN;
        step_.Wait(this->sockfd(), events, step_.deadline);
      }
    } catch (const Poco::Exception& error) {
      step_.Fail(error.displayText());
    }
  }

  Step& step_;
};

struct ClearSocket : BoundedSocket<StreamSocketImpl> {
  using BoundedSocket::BoundedSocket;

  void Connect(const SocketAddress& address, SteadyTime until) {
    connectNB(address);
    step_.Wait(sockfd(), POLLOUT, until);
    if (const int error = socketError(); error != 0) step_.Fail(std::generic_category().message(error));
  }
};

struct TlsSocket : BoundedSocket<SecureStreamSocketImpl> {
  using BoundedSocket::BoundedSocket;

  void ShakeHands(const std::string& host) {
    setPeerHostName(host);
    connectSSL();
    Retry([&] { return completeHandshake(); }, POLLIN);
  }
};

// Never opened in Poco's sense: so it sends no QUIT of its own when it ends.
class Session : public Poco::Net::SMTPClientSession {
 public:
  explicit Session(StreamSocketImpl* made) : SMTPClientSession(Stream(made)) {}
  using SMTPClientSession::socket;

 private:
  struct Stream : Poco::Net::StreamSocket {
    explicit Stream(StreamSocketImpl* made) : StreamSocket(made) {}
  };
};

// Keeps what is wrong with a certificate, which Poco's exception does not tell.
class NoteFault : public Poco::Net::InvalidCertificateHandler {
 public:
  explicit NoteFault(std::shared_ptr<std::string> fault) : InvalidCertificateHandler(false), fault_(std::move(fault)) {}
  void onInvalidCertificate(const void*, Poco::Net::VerificationErrorArgs& error) override {
    *fault_ = error.errorMessage();
  }

 private:
  const std::shared_ptr<std::string> fault_;
};

struct LookedUp {
  std::mutex mutex;
  std::vector<SocketAddress> addresses;
  std::string fault;
  const Waker done;
};

std::vector<SocketAddress> LookUp(const std::string& host, int port, Step& step, milliseconds time) {
  step.Begin("look up " + host, time);
  // In a thread of its own, because nothing ends a name look-up: it is left behind when it takes too long.
  const auto found = std::make_shared<LookedUp>();
  WorkerThread thread;
  const auto error = thread.Start("look up", [found, host, port] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    const std::lock_guard lock(found->mutex);
    if (failed != 0) {
      found->fault = failed == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(failed);
    } else {
      for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next)
        found->addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
      freeaddrinfo(list);
    }
    found->done.Wake();
  });
  if (error) step.Fail(error.message());
  step.Wait(found->done.fd(), POLLIN, step.deadline);
  const std::lock_guard lock(found->mutex);
  if (!found->fault.empty()) step.Fail(found->fault);
  return found->addresses;
}

Context::Ptr ContextFor(const std::string& ca_file, std::shared_ptr<std::string> fault, const Step& step) {
  try {
    Context::Params wanted;
    wanted.caLocation = ca_file;
    wanted.loadDefaultCAs = ca_file.empty();
    // Strict, because otherwise a localhost is not asked for its name.
    wanted.verificationMode = Context::VERIFY_STRICT;
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, wanted);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(true);
    context->setInvalidCertificateHandler(new NoteFault(std::move(fault)));
    return context;
  } catch (const Poco::Exception& error) {
    step.Fail(ca_file.empty() ? error.displayText()
                              : "smtp.ca_file cannot be used, expected a file of certificates in PEM");
  }
}

}  // namespace

struct SmtpConnection::State {
  explicit State(const SmtpPatience& given) : patience(given) {}

  // What the server answers to what `exchange` says, which returns Poco's code and fills in its text: lines with codes.
  template <class Exchange>
  SmtpReply Answer(std::string_view action, milliseconds time, const Exchange& exchange) {
    step.Begin(action, time);
    std::string text;
    const int code = exchange(text);
    if (code == 0) step.Fail("this is no mail server, it says " + text);
    return ParseSmtpReply(code, text);
  }

  SmtpReply Read(std::string_view action, milliseconds time) {
    return Answer(action, time, [&](std::string& text) { return session->socket().receiveStatusMessage(text); });
  }

  SmtpReply Ask(std::string_view action, milliseconds time, const std::string& line) {
    return Answer(action, time, [&](std::string& text) { return session->sendCommand(line, text); });
  }

  const SmtpPatience patience;
  Step step;
  std::optional<Session> session;  // none before Connect
};

SmtpConnection::SmtpConnection(const SmtpPatience& patience) : state_(std::make_unique<State>(patience)) {}
SmtpConnection::~SmtpConnection() = default;

void SmtpConnection::Cancel() { state_->step.cancelled.Wake(); }

void SmtpConnection::Connect(const std::string& host, int port) {
  Step& step = state_->step;
  const auto addresses = LookUp(host, port, step, state_->patience.look_up);
  step.Begin("connect", state_->patience.connect);
  std::string fault;
  for (size_t i = 0; i < addresses.size(); ++i) {
    step.action = "connect to " + addresses[i].toString();
    // One that is silent leaves time for the others.
    const auto now = steady_clock::now();
    const auto share = (step.deadline - now) / static_cast<int>(addresses.size() - i);
    try {
      auto* const socket = new ClearSocket(step);
      state_->session.emplace(socket);
      socket->Connect(addresses[i], now + share);
      return;
    } catch (const Failure& failure) {
      fault = failure.what();
      pollfd cancelled{step.cancelled.fd(), POLLIN, 0};
      if (poll(&cancelled, 1, 0) != 0) break;
    } catch (const Poco::Exception& error) {
      fault = step.action + ": " + error.displayText();
    }
  }
  throw Failure(fault);
}

void SmtpConnection::StartTls(const std::string& host, const std::string& ca_file) {
  Step& step = state_->step;
  step.Begin("start TLS", state_->patience.command);
  const auto fault = std::make_shared<std::string>();
  const Context::Ptr context = ContextFor(ca_file, fault, step);
  TlsSocket* secure = nullptr;
  try {
    secure = new TlsSocket(step, static_cast<StreamSocketImpl*>(state_->session->socket().impl()), context);
    state_->session.emplace(secure);
    secure->ShakeHands(host);
  } catch (const Poco::Exception& error) {
    step.Fail(error.displayText());
  } catch (const Failure&) {
    if (fault->empty()) throw;
    step.Fail("the certificate of " + host + " is not trusted: " + *fault);
  }
  try {
    // Not part of the handshake of a socket that does not block.
    secure->verifyPeerCertificate(host);
  } catch (const Poco::Exception&) {
    step.Fail("the certificate is not one for " + host);
  }
}

std::string SmtpConnection::own_address() const { return state_->session->socket().address().host().toString(); }

SmtpReply SmtpConnection::ReadGreeting(std::string_view step) { return state_->Read(step, state_->patience.greeting); }

SmtpReply SmtpConnection::Command(std::string_view step, const std::string& line) {
  return state_->Ask(step, state_->patience.command, line);
}

SmtpReply SmtpConnection::StartData(std::string_view step) { return state_->Ask(step, state_->patience.data, "DATA"); }

void SmtpConnection::Write(std::string_view step, const std::string& data) {
  state_->step.Begin(step, state_->patience.block);
  state_->session->socket().sendString(data);
}

SmtpReply SmtpConnection::ReadVerdict(std::string_view step) { return state_->Read(step, state_->patience.verdict); }

void SmtpConnection::Quit() {
  try {
    state_->Ask("QUIT", std::min<milliseconds>(state_->patience.command, std::chrono::seconds(1)), "QUIT");
  } catch (const std::exception&) {
    // The mail's fate does not depend on it.
  }
}

}  // namespace linewatch
