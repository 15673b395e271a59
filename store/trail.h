// What the last checks of a host answered, two bytes a check.
#ifndef LINEWATCH_STORE_TRAIL_H_
#define LINEWATCH_STORE_TRAIL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace linewatch {

// The last sixty checks, oldest first: milliseconds to three significant digits, never finer than a microsecond, or a
// failure. Ten thousand hosts have 600,000 of them in memory, and all are written each cycle: hence codes.
class Trail {
 public:
  static constexpr size_t kLength = 60;
  static constexpr float kFailed = -1;  // no round trip is negative

  // Below 1000 a code counts microseconds. Above, each decade from 1 ms on has 900 of them, one for each number of
  // three digits. So a longer round trip never has a smaller code.
  using Code = uint16_t;
  static constexpr int kDecades = 7;  // to 9,990 s, longer than any timeout
  static constexpr Code kLongest = 1000 + 900 * kDecades - 1;
  static constexpr Code kFailedCode = kLongest + 1;
  static constexpr uint64_t MicrosecondsOf(Code code) {
    if (code < 1000) return code;
    uint64_t unit = 10;
    for (int decade = (code - 1000) / 900; decade > 0; --decade) unit *= 10;
    return unit * (100U + (code - 1000U) % 900U);
  }

  void Add(float milliseconds_or_failed);
  size_t size() const { return size_; }
  // i from 0, the oldest, to size() - 1.
  float operator[](size_t i) const;

  std::span<const Code> codes() const { return {codes_.data(), size_}; }

 private:
  std::array<Code, kLength> codes_{};
  uint16_t size_ = 0;
};

}  // namespace linewatch

#endif
