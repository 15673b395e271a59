#include "store/trail.h"

#include <algorithm>
#include <cmath>

namespace linewatch {
namespace {

Trail::Code CodeOf(float milliseconds) {
  if (!(milliseconds >= 0)) return Trail::kFailedCode;
  if (milliseconds < 1) return static_cast<Trail::Code>(std::lround(milliseconds * 1000));
  double digits = static_cast<double>(milliseconds) * 100;
  int decade = 0;
  for (; digits >= 999.5 && decade < Trail::kDecades; ++decade) digits /= 10;
  if (decade == Trail::kDecades) return Trail::kLongest;
  return static_cast<Trail::Code>(900 + 900 * decade + std::lround(digits));
}

}  // namespace

void Trail::Add(float milliseconds_or_failed) {
  if (size_ == kLength) {
    std::copy(codes_.begin() + 1, codes_.end(), codes_.begin());
    --size_;
  }
  codes_[size_++] = CodeOf(milliseconds_or_failed);
}

float Trail::operator[](size_t i) const {
  const Code code = codes()[i];
  return code == kFailedCode ? kFailed : static_cast<float>(static_cast<double>(MicrosecondsOf(code)) / 1000);
}

}  // namespace linewatch
