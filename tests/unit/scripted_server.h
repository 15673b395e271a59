// A server on this machine that says what it was told to: for what no well-kept server does.
#ifndef LINEWATCH_TESTS_UNIT_SCRIPTED_SERVER_H_
#define LINEWATCH_TESTS_UNIT_SCRIPTED_SERVER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "store/file/descriptor.h"

namespace linewatch {

// Serves one connection after the other by `serve`, in a thread, until it is destroyed: that ends a connection, too.
class ScriptedServer {
 public:
  class Connection {
   public:
    Connection(int fd, int stop, std::string& heard, std::mutex& mutex)
        : fd_(fd), stop_(stop), heard_(heard), mutex_(mutex) {}

    int fd() const { return fd_; }
    void Say(const std::string& text) const { (void)!send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
    // The next line without its end; nothing when there is none any more.
    std::optional<std::string> Line() {
      for (;;) {
        if (const size_t end = unread_.find('\n'); end != std::string::npos) {
          std::string line = unread_.substr(0, end);
          unread_.erase(0, end + 1);
          if (line.ends_with('\r')) line.pop_back();
          return line;
        }
        if (!Hear()) return std::nullopt;
      }
    }
    std::string Bytes(size_t count) {
      while (unread_.size() < count && Hear()) {
      }
      std::string bytes = unread_.substr(0, count);
      unread_.erase(0, count);
      return bytes;
    }
    // Says nothing more, until the other side goes or the server ends.
    void Hang() {
      while (Hear()) {
      }
    }
    // Whether time went by without the end of the server.
    bool Pause(std::chrono::milliseconds time) const {
      pollfd stop{stop_, POLLIN, 0};
      return poll(&stop, 1, static_cast<int>(time.count())) == 0;
    }

   private:
    bool Hear() {
      pollfd waits[2] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
      if (poll(waits, 2, 20000) <= 0 || waits[1].revents != 0) return false;
      char buffer[4096];
      const auto length = recv(fd_, buffer, sizeof buffer, 0);
      if (length <= 0) return false;
      unread_.append(buffer, static_cast<size_t>(length));
      const std::lock_guard lock(mutex_);
      heard_.append(buffer, static_cast<size_t>(length));
      return true;
    }

    const int fd_, stop_;
    std::string& heard_;
    std::mutex& mutex_;
    std::string unread_;
  };

  explicit ScriptedServer(std::function<void(Connection&)> serve) : serve_(std::move(serve)) {
    std::signal(SIGPIPE, SIG_IGN);  // as in monitord
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.get(), name, length) != 0 || listen(listener_.get(), 8) != 0 ||
        getsockname(listener_.get(), name, &length) != 0)
      throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~ScriptedServer() {
    eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // All that ever came in.
  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void Run() {
    for (;;) {
      pollfd waits[2] = {{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
      poll(waits, 2, -1);
      if (waits[1].revents != 0) return;
      const Descriptor fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.is_open()) continue;
      Connection connection(fd.get(), stop_.get(), heard_, mutex_);
      serve_(connection);
    }
  }

  const std::function<void(Connection&)> serve_;
  const Descriptor listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, stop_{eventfd(0, EFD_CLOEXEC)};
  int port_ = 0;
  mutable std::mutex mutex_;
  std::string heard_;
  std::thread thread_;
};

// Reads one HTTP request to its end.
inline void HearRequest(ScriptedServer::Connection& peer) {
  size_t length = 0;
  for (auto line = peer.Line(); line && !line->empty(); line = peer.Line())
    if (line->starts_with("Content-Length: ")) length = std::stoul(line->substr(16));
  peer.Bytes(length);
}

// For a server that answers each HTTP request with this, and then closes the connection.
inline auto Answering(std::string status_and_headers, std::string body = "") {
  return [=](ScriptedServer::Connection& peer) {
    HearRequest(peer);
    peer.Say("HTTP/1.1 " + status_and_headers + "\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\nConnection: close\r\n\r\n" + body);
  };
}

}  // namespace linewatch

#endif
