// Waiting, with a deadline, for something that another thread brings about.
#ifndef LINEWATCH_TESTS_UNIT_UNTIL_H_
#define LINEWATCH_TESTS_UNIT_UNTIL_H_

#include <chrono>
#include <functional>
#include <thread>

namespace linewatch {

// Whether the condition came true within the time.
inline bool Until(const std::function<bool()>& condition, std::chrono::seconds within = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace linewatch

#endif
