// Counts and lists of names, as sentences for people have them.
#ifndef LINEWATCH_STORE_TEXT_WORDING_H_
#define LINEWATCH_STORE_TEXT_WORDING_H_

#include <string>
#include <string_view>
#include <vector>

namespace linewatch {

// "1 host", "2 hosts"; `what` is one whose plural has an s.
std::string CountOf(size_t count, std::string_view what);

// "a", "a and b", "a, b and c".
std::string Enumerate(const std::vector<std::string_view>& names);

// "Server A, Server B and 7 more": the first `most` of `names`. There are `all` of them, of which `names` may hold only
// some.
std::string ListOf(const std::vector<std::string>& names, size_t most, size_t all);
inline std::string ListOf(const std::vector<std::string>& names, size_t most) {
  return ListOf(names, most, names.size());
}

}  // namespace linewatch

#endif
