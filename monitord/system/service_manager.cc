#include "monitord/system/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace linewatch {

ServiceManager::ServiceManager() {
  if (const char* path = std::getenv("NOTIFY_SOCKET"); path != nullptr && std::strlen(path) > 1) {
    socket_ = path;
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  }
  const char* watchdog = std::getenv("WATCHDOG_USEC");
  const char* pid = std::getenv("WATCHDOG_PID");
  if (fd_ < 0 || watchdog == nullptr) return;
  if (pid != nullptr && std::atol(pid) != getpid()) return;
  if (const long long microseconds = std::atoll(watchdog); microseconds > 0)
    alive_interval_ = std::chrono::milliseconds(microseconds / 2000);
}

ServiceManager::~ServiceManager() {
  if (fd_ >= 0) close(fd_);
}

void ServiceManager::Reloading() {
  // Type=notify-reload wants to know that the message is younger than its signal.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  Notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now / std::chrono::microseconds(1)));
}

void ServiceManager::Notify(const std::string& state) const {
  if (fd_ < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof address.sun_path) return;
  socket_.copy(address.sun_path, socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';  // an abstract name
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  sendto(fd_, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace linewatch
