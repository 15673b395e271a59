// Wakes a thread that polls: eventfd(2).
#ifndef LINEWATCH_MONITORD_SYSTEM_WAKER_H_
#define LINEWATCH_MONITORD_SYSTEM_WAKER_H_

#include <sys/eventfd.h>

#include "store/file/descriptor.h"

namespace linewatch {

// Any thread may call any of it.
class Waker {
 public:
  // Throws std::system_error.
  Waker() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_.is_open()) ThrowErrno("eventfd");
  }

  // Readable from a call of Wake until the next of Acknowledge.
  int fd() const { return fd_.get(); }
  void Wake() const { eventfd_write(fd_.get(), 1); }
  // Whether it was woken since the last call.
  bool Acknowledge() const {
    eventfd_t count = 0;
    return eventfd_read(fd_.get(), &count) == 0;
  }

 private:
  const Descriptor fd_;
};

}  // namespace linewatch

#endif
