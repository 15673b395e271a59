#include "store/text/random_name.h"

#include <random>

namespace linewatch {

namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace

std::string RandomName(size_t length) {
  std::random_device random;  // getrandom(2); a name made by a clock could be made twice
  std::uniform_int_distribution<size_t> pick(0, kAlphabet.size() - 1);
  std::string name(length, ' ');
  for (char& c : name) c = kAlphabet[pick(random)];
  return name;
}

bool is_random_name(std::string_view text, size_t most) {
  return !text.empty() && text.size() <= most && text.find_first_not_of(kAlphabet) == text.npos;
}

}  // namespace linewatch
