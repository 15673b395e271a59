#include "store/random_name.h"

#include <random>
#include <string_view>

namespace linewatch {

std::string RandomName(size_t length) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;  // getrandom(2); a name made by a clock could be made twice
  std::uniform_int_distribution<size_t> pick(0, kAlphabet.size() - 1);
  std::string name(length, ' ');
  for (char& c : name) c = kAlphabet[pick(random)];
  return name;
}

}  // namespace linewatch
