#include "store/text/header_name.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "store/text/ascii.h"

namespace linewatch {

bool is_header_name(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || kPunctuation.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_framing_header(std::string_view name) {
  constexpr std::string_view kFraming[] = {"Connection", "Content-Length",    "Expect",
                                           "TE",         "Transfer-Encoding", "Upgrade"};
  return std::any_of(std::begin(kFraming), std::end(kFraming),
                     [&](std::string_view framing) { return same_but_for_case(name, framing); });
}

}  // namespace linewatch
