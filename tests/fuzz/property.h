// What holds for every input, checked by a fuzzer: where it does not, the input is kept and the fuzzer ends.
#ifndef LINEWATCH_TESTS_FUZZ_PROPERTY_H_
#define LINEWATCH_TESTS_FUZZ_PROPERTY_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace linewatch {

inline std::string_view TextOf(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

inline void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "Not so: %s\n", property);
  std::abort();
}

inline void RequireSame(const std::string& first, const std::string& second, const char* property) {
  if (first != second) std::fprintf(stderr, "First:  %s\nSecond: %s\n", first.c_str(), second.c_str());
  Require(first == second, property);
}

}  // namespace linewatch

#endif
