#include "monitord/probe/service/cookie_jar.h"

#include <variant>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

const WallTime kNow = FromUnixSeconds(1763800000);  // 2025-11-22

Url At(const std::string& text) { return std::get<Url>(ParseUrl(text)); }

// What a jar sends to one URL after another has set this.
std::string Sent(std::initializer_list<const char*> set, const std::string& from, const std::string& to) {
  CookieJar jar;
  for (const char* line : set) jar.Take(line, At(from), kNow);
  return jar.For(At(to));
}

TEST_CASE("a cookie goes back to where it came from", "[cookie_jar]") {
  CHECK(Sent({"seen=1; Path=/"}, "http://a.example/", "http://a.example/in?x=1") == "seen=1");
  CHECK(Sent({"a=1", "b=\"2 3\"; HttpOnly; SameSite=Lax", "c=x=y"}, "http://a.example", "http://a.example/") ==
        "a=1; b=\"2 3\"; c=x=y");
  CHECK(Sent({"a=1", "a=2"}, "http://a.example/", "http://a.example/") == "a=2");
  CHECK(Sent({"a="}, "http://a.example/", "http://a.example/") == "a=");
  CHECK(Sent({" a = 1 ;path=/"}, "http://A.example/", "http://a.example./") == "a=1");
}

TEST_CASE("a cookie goes to no other origin", "[cookie_jar]") {
  for (const char* to : {"http://b.example/", "http://x.a.example/", "http://example/", "http://a.example:81/"}) {
    INFO(to);
    CHECK(Sent({"a=1; Domain=a.example", "b=2"}, "http://a.example/", to).empty());
  }
  CHECK(Sent({"a=1"}, "https://a.example/", "http://a.example/").empty());
  CHECK(Sent({"a=1"}, "http://a.example:8080/", "https://a.example:8443/").empty());
  // As browsers do on the way to the encrypted page.
  CHECK(Sent({"a=1"}, "http://a.example/", "https://a.example/") == "a=1");
}

TEST_CASE("a cookie for somebody else is not taken", "[cookie_jar]") {
  const std::string here = "http://www.a.example/";
  CHECK(Sent({"a=1; Domain=.A.example"}, here, here) == "a=1");
  for (const char* line : {"a=1; Domain=b.example", "a=1; Domain=x.www.a.example", "a=1; Domain=w.a.example",
                           "a=1; Secure", "a", "=1", "", "a=\x01", "a=1\x7f"}) {
    INFO(line);
    CHECK(Sent({line}, here, here).empty());
  }
  CHECK(Sent({"a=1; Secure"}, "https://a.example/", "https://a.example/") == "a=1");
  CHECK(Sent({"a=1; Domain=0.0.1"}, "http://127.0.0.1/", "http://127.0.0.1/").empty());
}

TEST_CASE("a cookie is for its path", "[cookie_jar]") {
  const auto sent = [](const char* path) {
    return Sent({"a=1; Path=/in", "b=2"}, "http://a.example/in/x/login", std::string("http://a.example") + path);
  };
  CHECK(sent("/in/x/") == "b=2; a=1");
  CHECK(sent("/in/x") == "b=2; a=1");
  CHECK(sent("/in") == "a=1");
  CHECK(sent("/in?x") == "a=1");
  CHECK(sent("/inn").empty());
  CHECK(sent("/").empty());
}

TEST_CASE("a cookie that has expired takes the one before away", "[cookie_jar]") {
  const auto is_gone = [](const char* line) {
    return Sent({"a=1; Path=/", line}, "http://a.example/", "http://a.example/").empty();
  };
  CHECK(is_gone("a=; Path=/; Max-Age=0"));
  CHECK(is_gone("a=; path=/; max-age=-1; expires=Fri, 01 Jan 2038 00:00:00 GMT"));
  CHECK(is_gone("a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  CHECK(is_gone("a=; Path=/; Expires=Thursday, 01-Jan-70 00:00:01 GMT"));
  CHECK(is_gone("a=; Path=/; Expires=Sat Nov 22 07:00:00 2025"));
  CHECK_FALSE(is_gone("a=2; Path=/; Expires=Wed, 26 Nov 2025 00:00:00 GMT"));
  CHECK_FALSE(is_gone("a=2; Path=/; Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  CHECK_FALSE(is_gone("a=2; Path=/; Expires=soon"));
  CHECK_FALSE(is_gone("a=; Path=/in; Max-Age=0"));
}

TEST_CASE("a site that sets cookies without an end fills no memory", "[cookie_jar]") {
  CookieJar jar;
  const Url here = At("http://a.example/");
  for (int i = 0; i < 1000; ++i) jar.Take("c" + std::to_string(i) + "=1", here, kNow);
  jar.Take("long=" + std::string(CookieJar::kMostBytes, 'x'), here, kNow);
  const std::string sent = jar.For(here);
  CHECK(sent.starts_with("c950=1; "));
  CHECK(sent.ends_with("; c999=1"));
}

}  // namespace
}  // namespace linewatch
