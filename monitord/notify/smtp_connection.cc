#include "monitord/notify/smtp_connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/InvalidCertificateHandler.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Net/VerificationErrorArgs.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace linewatch {

using Poco::Net::Context;
using Poco::Net::SecureStreamSocket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// More than any server sends; what goes beyond is none.
constexpr size_t kMaxLine = 2000;
constexpr size_t kMaxLines = 100;

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
  const Descriptor done{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

}  // namespace

std::string SmtpReply::text() const {
  std::string text = std::to_string(code);
  for (const std::string& line : lines) text += ' ' + line;
  return text;
}

SmtpConnection::SmtpConnection(milliseconds step) : step_(step), cancelled_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!cancelled_.is_open()) ThrowErrno("eventfd");
}

void SmtpConnection::Cancel() { eventfd_write(cancelled_.get(), 1); }

SteadyTime SmtpConnection::Deadline() const { return steady_clock::now() + step_; }

void SmtpConnection::Wait(int fd, short events, SteadyTime deadline, const std::string& action) {
  for (;;) {
    std::array<pollfd, 2> waits{{{fd, events, 0}, {cancelled_.get(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const int ready = poll(waits.data(), waits.size(), static_cast<int>(std::max<int64_t>(0, left.count())));
    if (ready < 0 && errno != EINTR) ThrowErrno("poll");
    if (ready > 0 && waits[1].revents != 0) throw Failure(action + ": cancelled");
    if (ready > 0) return;
    if (ready == 0) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(step_).count();
      throw Failure(action + ": no answer within " + std::to_string(seconds) + " s");
    }
  }
}

std::vector<SocketAddress> SmtpConnection::LookUp(const std::string& host, int port) {
  // In a thread of its own, because nothing ends a name look-up: it is left behind when it takes too long.
  const auto found = std::make_shared<LookedUp>();
  if (!found->done.is_open()) ThrowErrno("eventfd");
  std::thread([found, host, port] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    const std::lock_guard lock(found->mutex);
    if (error != 0) {
      found->fault = error == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(error);
    } else {
      for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next)
        found->addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
      freeaddrinfo(list);
    }
    eventfd_write(found->done.get(), 1);
  }).detach();
  const std::string action = "look up " + host;
  Wait(found->done.get(), POLLIN, Deadline(), action);
  const std::lock_guard lock(found->mutex);
  if (!found->fault.empty()) throw Failure(action + ": " + found->fault);
  return found->addresses;
}

void SmtpConnection::Connect(const std::string& host, int port) {
  const auto addresses = LookUp(host, port);
  const SteadyTime deadline = Deadline();
  std::string fault;
  for (size_t i = 0; i < addresses.size(); ++i) {
    // One that is silent leaves time for the others.
    const auto now = steady_clock::now();
    const auto share = (deadline - now) / static_cast<int>(addresses.size() - i);
    const std::string action = "connect to " + addresses[i].toString();
    try {
      socket_ = StreamSocket();
      socket_.connectNB(addresses[i]);
      Wait(socket_.impl()->sockfd(), POLLOUT, now + share, action);
      if (const int error = socket_.impl()->socketError(); error != 0)
        throw Failure(action + ": " + std::generic_category().message(error));
      socket_.setBlocking(false);
      return;
    } catch (const Failure& failure) {
      fault = failure.what();
      pollfd cancelled{cancelled_.get(), POLLIN, 0};
      if (poll(&cancelled, 1, 0) != 0) break;
    } catch (const Poco::Exception& error) {
      fault = action + ": " + error.displayText();
    }
  }
  throw Failure(fault);
}

template <class Attempt>
int SmtpConnection::Retry(const Attempt& attempt, short events, SteadyTime deadline, const std::string& action) {
  try {
    for (;;) {
      const int result = attempt();
      if (result >= 0) return result;
      // In clear the only reason to wait is the one it was called for; TLS may have to read to write, and back.
      if (is_secure_) events = result == SecureStreamSocket::ERR_SSL_WANT_WRITE ? POLLOUT : POLLIN;
      Wait(socket_.impl()->sockfd(), events, deadline, action);
    }
  } catch (const Poco::Exception& error) {
    throw Failure(action + ": " + error.displayText());
  }
}

void SmtpConnection::StartTls(const std::string& host, const std::string& ca_file) {
  const std::string action = "start TLS";
  const auto fault = std::make_shared<std::string>();
  Context::Ptr context;
  try {
    Context::Params wanted;
    wanted.caLocation = ca_file;
    wanted.loadDefaultCAs = ca_file.empty();
    // Strict, because otherwise a localhost is not asked for its name.
    wanted.verificationMode = Context::VERIFY_STRICT;
    context = new Context(Context::TLS_CLIENT_USE, wanted);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(true);
    context->setInvalidCertificateHandler(new NoteFault(fault));
  } catch (const Poco::Exception& error) {
    throw Failure(action + (ca_file.empty() ? ": " + error.displayText()
                                            : ": smtp.ca_file cannot be used, expected a file of certificates in PEM"));
  }
  try {
    SecureStreamSocket secure = SecureStreamSocket::attach(socket_, host, context);
    socket_ = secure;
    is_secure_ = true;
    received_.clear();
    Retry([&] { return secure.completeHandshake(); }, POLLIN, Deadline(), action);
  } catch (const Poco::Exception& error) {
    throw Failure(action + ": " + error.displayText());
  } catch (const Failure& failure) {
    if (fault->empty()) throw;
    throw Failure(action + ": the certificate of " + host + " is not trusted: " + *fault);
  }
  try {
    // Not part of the handshake of a socket that does not block.
    SecureStreamSocket(socket_).verifyPeerCertificate(host);
  } catch (const Poco::Exception&) {
    throw Failure(action + ": the certificate is not one for " + host);
  }
}

std::string SmtpConnection::ReadLine(SteadyTime deadline, const std::string& action) {
  for (;;) {
    if (const size_t end = received_.find('\n'); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (received_.size() > kMaxLine) throw Failure(action + ": the server sends lines without an end");
    std::array<char, 1024> buffer;
    const int length =
        Retry([&] { return socket_.receiveBytes(buffer.data(), buffer.size()); }, POLLIN, deadline, action);
    if (length == 0) throw Failure(action + ": the server closed the connection");
    received_.append(buffer.data(), static_cast<size_t>(length));
  }
}

SmtpReply SmtpConnection::Read(std::string_view step) {
  const std::string action(step);
  const SteadyTime deadline = Deadline();
  SmtpReply reply;
  for (;;) {
    const std::string line = ReadLine(deadline, action);
    const bool has_code = line.size() >= 3 &&
                          std::all_of(line.begin(), line.begin() + 3, [](unsigned char c) { return std::isdigit(c); });
    if (!has_code || (line.size() > 3 && line[3] != ' ' && line[3] != '-'))
      throw Failure(std::string(step) += ": this is no mail server, it says " + line);
    reply.code = std::stoi(line.substr(0, 3));
    reply.lines.push_back(line.size() > 4 ? line.substr(4) : "");
    if (line.size() == 3 || line[3] == ' ') return reply;
    if (reply.lines.size() > kMaxLines) throw Failure(action + ": the server's answer has no end");
  }
}

SmtpReply SmtpConnection::ReadVerdict(std::string_view step) {
  step_ *= kVerdictSteps;  // only Quit comes after it, with a limit of its own
  return Read(step);
}

void SmtpConnection::Write(std::string_view step, std::string_view data) {
  const std::string action(step);
  const SteadyTime deadline = Deadline();
  while (!data.empty()) {
    // Pieces, so that none is longer than an int counts.
    const auto piece = data.substr(0, 16 * 1024);
    const int length = Retry([&] { return socket_.sendBytes(piece.data(), static_cast<int>(piece.size())); }, POLLOUT,
                             deadline, action);
    data.remove_prefix(static_cast<size_t>(length));
  }
}

SmtpReply SmtpConnection::Command(std::string_view step, std::string_view line) {
  Write(step, std::string(line) += "\r\n");
  return Read(step);
}

void SmtpConnection::Quit() {
  step_ = std::min<milliseconds>(step_, std::chrono::seconds(1));
  try {
    Command("QUIT", "QUIT");
  } catch (const std::exception&) {
    // The mail's fate does not depend on it.
  }
}

}  // namespace linewatch
