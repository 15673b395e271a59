// Lines of Set-Cookie: whatever a site sets, no other origin gets any of it, and a request can be made of it.
#include "monitord/probe/service/cookie_jar.h"

#include <algorithm>
#include <variant>

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

Url At(const char* text) { return std::get<Url>(ParseUrl(text)); }

void Try(std::string_view text) {
  static const Url from = At("https://www.a.example/in/x?y"), other = At("https://a.example/in/x"),
                   plain = At("http://www.a.example/in/x"), root = At("https://www.a.example/");
  CookieJar jar;
  size_t taken = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    jar.Take(line, from, FromUnixSeconds(1763800000));
    taken += line.size() + 3;
  }
  Require(jar.For(other).empty() && jar.For(plain).empty(), "no other origin gets a cookie");
  for (const Url& url : {from, root}) {
    const std::string sent = jar.For(url);
    Require(sent.size() <= taken, "nothing is sent that was not set");
    Require(std::none_of(sent.begin(), sent.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }),
            "a header is one line");
  }
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
