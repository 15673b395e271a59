// A machine that has no thread to give.
#ifndef LINEWATCH_TESTS_UNIT_NO_THREADS_H_
#define LINEWATCH_TESTS_UNIT_NO_THREADS_H_

#include <pthread.h>

#include <cstddef>
#include <stdexcept>

namespace linewatch {

// As long as it lives every start of a thread in this process fails: its stack would be larger than any memory.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t wanted;
    pthread_attr_init(&wanted);
    constexpr size_t kTooLarge = size_t{1} << 56;
    if (pthread_attr_setstacksize(&wanted, kTooLarge) != 0 || pthread_setattr_default_np(&wanted) != 0)
      throw std::runtime_error("the size of stacks cannot be set");
    pthread_attr_destroy(&wanted);
  }
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t before_{};
};

}  // namespace linewatch

#endif
