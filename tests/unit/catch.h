// Catch2 for every test: version 2 as Debian 12 has it, version 3 as Debian 13 has it.
#ifndef LINEWATCH_TESTS_UNIT_CATCH_H_
#define LINEWATCH_TESTS_UNIT_CATCH_H_

#if __has_include(<catch2/catch_all.hpp>)

#include <catch2/catch_all.hpp>

#else

#include <string>

#include <catch2/catch.hpp>

// What version 2 has under other names than version 3.
namespace Catch {
using Detail::Approx;
namespace Matchers {
inline auto ContainsSubstring(const std::string& part) { return Contains(part); }
}  // namespace Matchers
}  // namespace Catch
#define SKIP(why)          \
  do {                     \
    WARN("not run: " why); \
    return;                \
  } while (false)

#endif

#endif
