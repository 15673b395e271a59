#include "monitord/net/neighbour_table.h"

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "store/file/atomic_file.h"

namespace linewatch {
namespace {

// The first piece of `text` up to `separator`, with which it is taken off. Several separators count as one.
std::string_view TakeUntil(std::string_view& text, char separator) {
  text.remove_prefix(std::min(text.find_first_not_of(separator), text.size()));
  const std::string_view piece = text.substr(0, text.find(separator));
  text.remove_prefix(piece.size());
  return piece;
}

// The sum of a column: names in the first line, below them a line of hexadecimal numbers for each processor.
uint64_t SumOfColumn(const std::string& table, std::string_view column) {
  std::string_view rest = table;
  std::string_view names = TakeUntil(rest, '\n');
  size_t place = 0;
  while (!names.empty() && TakeUntil(names, ' ') != column) ++place;
  uint64_t sum = 0;
  for (std::string_view line; !(line = TakeUntil(rest, '\n')).empty();) {
    std::string_view value;
    for (size_t i = 0; i <= place; ++i) value = TakeUntil(line, ' ');
    uint64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number, 16);
    sum += number;
  }
  return sum;
}

}  // namespace

NeighbourTable::NeighbourTable(std::filesystem::path statistics)
    : statistics_(std::move(statistics)), seen_(Refusals()) {}

bool NeighbourTable::HasOverflowed() {
  const uint64_t refusals = Refusals();
  return std::exchange(seen_, refusals) < refusals;
}

uint64_t NeighbourTable::Refusals() const {
  constexpr size_t kLargest = 1 << 20;  // a line a processor
  uint64_t sum = 0;
  for (const char* family : {"arp_cache", "ndisc_cache"}) {
    try {
      sum += SumOfColumn(ReadFile(statistics_ / family, kLargest), "table_fulls");
    } catch (const std::system_error&) {
      // Not shown here.
    }
  }
  return sum;
}

}  // namespace linewatch
