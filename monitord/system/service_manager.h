// What monitord tells systemd, if systemd started it: sd_notify(3) without its library.
#ifndef LINEWATCH_MONITORD_SYSTEM_SERVICE_MANAGER_H_
#define LINEWATCH_MONITORD_SYSTEM_SERVICE_MANAGER_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace linewatch {

class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET and WATCHDOG_USEC; without them every call does nothing.
  ServiceManager();
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  void Ready() { Notify("READY=1"); }
  void Reloading();
  void Stopping() { Notify("STOPPING=1"); }
  void Status(std::string_view text) { Notify("STATUS=" + std::string(text)); }
  // To be called by the loop, and only while the probing thread turns, so that a daemon that hangs is restarted.
  void Alive() {
    if (alive_interval_) Notify("WATCHDOG=1");
  }

  // How often Alive is expected, if at all: half of what the unit allows.
  std::optional<std::chrono::milliseconds> alive_interval() const { return alive_interval_; }

 private:
  void Notify(const std::string& state) const;

  int fd_ = -1;
  std::string socket_;
  std::optional<std::chrono::milliseconds> alive_interval_;
};

}  // namespace linewatch

#endif
