// Preloaded into a program, gives its sockets a receive buffer of SMALL_BUFFER bytes, whatever they ask for.
#include <dlfcn.h>
#include <sys/socket.h>

#include <cstdlib>

extern "C" int setsockopt(int fd, int level, int option, const void* value, socklen_t length) noexcept {
  using Function = int (*)(int, int, int, const void*, socklen_t);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "setsockopt"));
  static const int small = std::atoi(std::getenv("SMALL_BUFFER"));
  const bool is_receive_buffer = level == SOL_SOCKET && (option == SO_RCVBUF || option == SO_RCVBUFFORCE);
  return is_receive_buffer ? next(fd, level, option, &small, sizeof small) : next(fd, level, option, value, length);
}
