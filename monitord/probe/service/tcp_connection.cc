#include "monitord/probe/service/tcp_connection.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <system_error>
#include <utility>

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

namespace {

struct Attempt {
  Descriptor socket;
  SteadyTime begun;
  int error = 0;  // of beginning it
};

Attempt Begin(const Address& address, int port) {
  Attempt attempt{
      Descriptor(socket(address.is_six() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      steady_clock::now()};
  if (attempt.socket.is_open()) {
    const int yes = 1;
    setsockopt(attempt.socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_storage to{};
    const socklen_t length = address.Fill(to, port);
    if (connect(attempt.socket.get(), reinterpret_cast<const sockaddr*>(&to), length) == 0 || errno == EINPROGRESS)
      return attempt;
  }
  attempt.error = errno;
  return attempt;
}

// Nothing while it is under way, 0 when it stands.
std::optional<int> ErrorOf(const Descriptor& socket) {
  pollfd made{socket.get(), POLLOUT, 0};
  if (poll(&made, 1, 0) <= 0) return std::nullopt;
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  return error;
}

}  // namespace

// The attempts under way, and one descriptor that is readable when one of them may have got further, or when it is time
// for the next: a conversation has no timer.
struct TcpConnection::Race {
  Race(const Addresses& addresses, int to_port) : waiting(addresses.begin(), addresses.end()), port(to_port) {
    if (!epoll.is_open()) ThrowErrno("epoll_create1");
    if (!timer.is_open()) ThrowErrno("timerfd_create");
    Watch(timer, EPOLLIN);
    BeginNext();
  }

  void Watch(const Descriptor& what, uint32_t events) const {
    epoll_event event{};
    event.events = events;
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, what.get(), &event) != 0) ThrowErrno("epoll_ctl");
  }
  // The first that can be begun, while there is one.
  void BeginNext() {
    while (!waiting.empty()) {
      Attempt attempt = Begin(waiting.front(), port);
      if (is_want_of_room(attempt.error)) throw std::system_error(attempt.error, std::generic_category(), "connect");
      waiting.pop_front();
      if (attempt.error != 0) {
        NoteFailure(attempt.error, true);
        continue;
      }
      Watch(attempt.socket, EPOLLOUT);
      attempts.push_back(std::move(attempt));
      break;
    }
    const auto delay = waiting.empty() ? std::chrono::nanoseconds(0) : std::chrono::nanoseconds(kAttemptDelay);
    const itimerspec once{{}, {0, delay.count()}};
    timerfd_settime(timer.get(), 0, &once, nullptr);
  }
  bool is_time_for_next() const {
    uint64_t times = 0;
    return read(timer.get(), &times, sizeof times) > 0;
  }
  // What a machine on the way has said says more than what this one does.
  void NoteFailure(int why, bool is_here) {
    if (error != 0 && (is_here || !is_refused_here)) return;
    error = why;
    is_refused_here = is_here;
  }

  std::deque<Address> waiting;
  const int port;
  const Descriptor epoll{epoll_create1(EPOLL_CLOEXEC)};
  const Descriptor timer{timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
  std::vector<Attempt> attempts;
  int error = 0;  // of the first that failed
  bool is_refused_here = false;
};

TcpConnection::TcpConnection(const Addresses& addresses, int port) {
  if (addresses.size() > 1) {
    race_ = std::make_unique<Race>(addresses, port);
    return;
  }
  Attempt only = Begin(addresses.front(), port);
  if (is_want_of_room(only.error)) throw std::system_error(only.error, std::generic_category(), "connect");
  socket_ = std::move(only.socket);
  begun_ = only.begun;
  error_ = only.error;
}

TcpConnection::~TcpConnection() = default;

pollfd TcpConnection::wait(int16_t events) const {
  if (is_connected_) return {socket_.get(), events, 0};
  return race_ ? pollfd{race_->epoll.get(), POLLIN, 0} : pollfd{socket_.get(), POLLOUT, 0};
}

std::optional<Conversation::State> TcpConnection::Connect(CheckResult& result) {
  if (is_connected_) return std::nullopt;
  return race_ ? ConnectFirst(result) : ConnectAlone(result);
}

std::optional<Conversation::State> TcpConnection::ConnectAlone(CheckResult& result) {
  if (error_ != 0) {
    FailBySocketError(error_, true, result);
    return Conversation::State::kUnanswered;
  }
  const auto error = ErrorOf(socket_);
  if (!error) return Conversation::State::kGoesOn;
  if (*error != 0) {
    FailBySocketError(*error, false, result);
    return Conversation::State::kUnanswered;
  }
  is_connected_ = true;
  return std::nullopt;
}

std::optional<Conversation::State> TcpConnection::ConnectFirst(CheckResult& result) {
  Race& race = *race_;
  if (race.is_time_for_next()) race.BeginNext();
  for (size_t i = 0; i < race.attempts.size();) {
    Attempt& attempt = race.attempts[i];
    const auto error = ErrorOf(attempt.socket);
    if (!error) {
      ++i;
    } else if (*error == 0) {
      socket_ = std::move(attempt.socket);
      begun_ = attempt.begun;
      is_connected_ = true;
      epoll_ctl(race.epoll.get(), EPOLL_CTL_DEL, socket_.get(), nullptr);
      race.attempts.clear();
      return std::nullopt;
    } else {
      race.NoteFailure(*error, false);
      race.attempts.erase(race.attempts.begin() + static_cast<ptrdiff_t>(i));
      race.BeginNext();
    }
  }
  if (!race.attempts.empty()) return Conversation::State::kGoesOn;
  FailBySocketError(race.error, race.is_refused_here, result);
  return Conversation::State::kUnanswered;
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
