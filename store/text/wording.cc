#include "store/text/wording.h"

#include <algorithm>

namespace linewatch {

std::string CountOf(size_t count, std::string_view what) {
  return std::to_string(count).append(" ").append(what).append(count == 1 ? "" : "s");
}

std::string Enumerate(const std::vector<std::string_view>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

std::string ListOf(const std::vector<std::string>& names, size_t most, size_t all) {
  const size_t shown = std::min(names.size(), most);
  std::string list;
  for (size_t i = 0; i < shown; ++i) list += (i == 0 ? "" : ", ") + names[i];
  if (all > shown) list += " and " + std::to_string(all - shown) + " more";
  return list;
}

}  // namespace linewatch
