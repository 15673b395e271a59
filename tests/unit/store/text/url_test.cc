#include "store/text/url.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

Url UrlOf(const std::string& text) {
  INFO(text);
  const auto url = ParseUrl(text);
  REQUIRE(std::holds_alternative<Url>(url));
  return std::get<Url>(url);
}

std::string FaultOf(const std::string& text) {
  const auto url = ParseUrl(text);
  return std::holds_alternative<Url>(url) ? "" : std::get<std::string>(url);
}

TEST_CASE("a URL is taken apart", "[url]") {
  const Url url = UrlOf("https://www.Example.org:8443/a/b?c=d");
  CHECK(url.is_tls);
  CHECK(url.host == "www.Example.org");
  CHECK(url.port == 8443);
  CHECK(url.path == "/a/b?c=d");
  CHECK(UrlOf("http://a.example").path.empty());
  CHECK(UrlOf("http://a.example?x=1").path == "?x=1");
}

TEST_CASE("without a port the scheme says which, in whatever case it is written", "[url]") {
  CHECK(UrlOf("http://a.example/").port == 80);
  CHECK(UrlOf("HTTPS://a.example/").port == 443);
}

TEST_CASE("an IPv6 address stands in brackets, and nothing else does", "[url]") {
  const Url url = UrlOf("http://[2001:db8::1]:8080/x");
  CHECK(url.host == "2001:db8::1");
  CHECK(url.port == 8080);
  CHECK(UrlOf("https://[::1]").port == 443);
  for (const char* bad : {"http://2001:db8::1/", "http://[2001:db8::1/", "http://[10.0.0.1]/", "http://[a.example]/",
                          "http://[]/", "http://[::1]x/", "http://[ff02::1]/"}) {
    INFO(bad);
    CHECK_FALSE(FaultOf(bad).empty());
  }
}

TEST_CASE("a URL's port is a number from 1 to 65535", "[url]") {
  CHECK(UrlOf("http://a.example:1/").port == 1);
  CHECK(UrlOf("http://a.example:65535/").port == 65535);
  for (const char* bad : {"0", "65536", "", "-1", "+80", "80x", " 80", "99999999999"})
    CHECK(FaultOf("http://a.example:" + std::string(bad) + "/") == "expected a port from 1 to 65535");
}

TEST_CASE("an international name is written in its xn-- form, and its path percent-encoded", "[url]") {
  CHECK(UrlOf("http://xn--bcher-kva.example/b%C3%BCcher").host == "xn--bcher-kva.example");
  CHECK_FALSE(FaultOf("http://bücher.example/").empty());
  CHECK(FaultOf("http://a.example/bücher") == "expected no blanks, and anything beyond ASCII percent-encoded");
}

TEST_CASE("a URL has one origin however it is written", "[url]") {
  const auto same = [](const char* one, const char* other) { return UrlOf(one).has_same_origin(UrlOf(other)); };
  CHECK(same("http://a.example/x", "HTTP://A.Example.:80/y"));
  CHECK(same("https://[2001:db8::1]/", "https://[2001:DB8:0::1]:443/"));
  CHECK_FALSE(same("http://a.example/", "https://a.example/"));
  CHECK_FALSE(same("http://a.example:443/", "https://a.example/"));
  CHECK_FALSE(same("http://a.example/", "http://a.example:8080/"));
  CHECK_FALSE(same("http://a.example/", "http://www.a.example/"));
}

}  // namespace
}  // namespace linewatch
