#include "store/text/status_ranges.h"

#include <algorithm>
#include <charconv>

namespace linewatch {
namespace {

// Takes a status code from the front of `text`.
std::optional<int> TakeStatus(std::string_view& text) {
  int status = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (fault != std::errc() || status < 100 || status > 599) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  return status;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<StatusRanges> StatusRanges::Parse(std::string_view text) {
  StatusRanges ranges;
  do {
    const auto first = TakeStatus(text);
    const auto last = first && Take(text, '-') ? TakeStatus(text) : first;
    if (!first || !last || *last < *first) return std::nullopt;
    ranges.ranges_.emplace_back(*first, *last);
    if (text.empty()) return ranges;
    if (!Take(text, ',')) return std::nullopt;
    while (Take(text, ' ')) continue;
  } while (true);
}

bool StatusRanges::contains(int status) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [status](const auto& range) { return range.first <= status && status <= range.second; });
}

}  // namespace linewatch
