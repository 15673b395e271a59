#include "monitord/probe/service/tcp_connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace linewatch {
namespace {

using std::chrono::steady_clock;

bool is_want_of_room(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EAGAIN ||
         error == EADDRNOTAVAIL;  // every port is taken
}

}  // namespace

void FailBySocketError(int error, bool is_refused_here, CheckResult& result) {
  if (is_want_of_room(error)) throw std::system_error(error, std::generic_category(), "connect");
  if (error == ECONNREFUSED) {
    result.reason = "connection refused";
  } else if (is_refused_here) {
    result.refused_here = true;
    result.reason = "cannot connect: " + std::generic_category().message(error);
  } else if (error == EHOSTUNREACH) {
    result.reason = "host unreachable";
  } else if (error == ENETUNREACH) {
    result.reason = "network unreachable";
  } else if (error == EACCES) {
    result.reason = "administratively prohibited";
  } else if (error == ECONNRESET) {
    result.reason = "connection reset";
  } else {
    result.reason = "no connection: " + std::generic_category().message(error);
  }
}

float MillisecondsSince(SteadyTime begun, SteadyTime now) {
  // The turn in which it was begun has an older time.
  const SteadyTime end = now > begun ? now : steady_clock::now();
  return std::chrono::duration<float, std::milli>(end - begun).count();
}

TcpConnection::TcpConnection(const Address& address, int port)
    : socket_(socket(address.is_six() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      begun_(steady_clock::now()) {
  if (socket_.is_open()) {
    const int yes = 1;
    setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_storage to{};
    const socklen_t length = address.Fill(to, port);
    if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), length) == 0 || errno == EINPROGRESS) return;
  }
  error_ = errno;
  if (is_want_of_room(error_)) ThrowErrno("connect");
}

std::optional<Conversation::State> TcpConnection::Connect(CheckResult& result) {
  if (is_connected_) return std::nullopt;
  if (error_ != 0) {
    FailBySocketError(error_, true, result);
    return Conversation::State::kUnanswered;
  }
  pollfd made{socket_.get(), POLLOUT, 0};
  if (poll(&made, 1, 0) <= 0) return Conversation::State::kGoesOn;
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) {
    FailBySocketError(error, false, result);
    return Conversation::State::kUnanswered;
  }
  is_connected_ = true;
  return std::nullopt;
}

std::optional<std::string> TcpConnection::Read(std::string& received, size_t most) const {
  std::array<char, 4096> buffer;
  while (received.size() < most) {
    const ssize_t length = recv(socket_.get(), buffer.data(), std::min(buffer.size(), most - received.size()), 0);
    if (length > 0) {
      received.append(buffer.data(), static_cast<size_t>(length));
    } else if (length == 0) {
      return "connection closed";
    } else if (errno == EAGAIN) {
      return std::nullopt;
    } else if (errno != EINTR) {
      return errno == ECONNRESET ? "connection reset" : "connection lost: " + std::generic_category().message(errno);
    }
  }
  return std::nullopt;
}

bool TcpConnection::Write(std::string_view& text) const {
  while (!text.empty()) {
    const ssize_t length = send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (length >= 0) {
      text.remove_prefix(static_cast<size_t>(length));
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace linewatch
