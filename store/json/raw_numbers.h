// For handlers of RapidJSON's reader that take numbers as they are written (kParseNumbersAsStringsFlag).
#ifndef LINEWATCH_STORE_JSON_RAW_NUMBERS_H_
#define LINEWATCH_STORE_JSON_RAW_NUMBERS_H_

#include <cstdint>

namespace linewatch {

// The reader's other way to report numbers, not taken. A handler that has this as a base brings its own RawNumber.
struct RawNumbersOnly {
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(int64_t) { return false; }
  static bool Uint64(uint64_t) { return false; }
  static bool Double(double) { return false; }
};

}  // namespace linewatch

#endif
