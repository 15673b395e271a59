// The URL of a website that is checked, taken apart and checked: RFC 3986, of it only what a check needs.
#ifndef LINEWATCH_STORE_TEXT_URL_H_
#define LINEWATCH_STORE_TEXT_URL_H_

#include <string>
#include <string_view>
#include <variant>

namespace linewatch {

struct Url {
  bool is_tls = false;
  std::string host;  // an address, IPv6 without its brackets, or a domain name; as it was written
  int port = 80;
  std::string path;  // from the first slash or question mark on; empty if there is neither

  // Two URLs of one origin lead to the same server: what is secret may go there.
  bool has_same_origin(const Url& other) const;
};

// A URL, or what was expected instead.
std::variant<Url, std::string> ParseUrl(std::string_view text);

}  // namespace linewatch

#endif
