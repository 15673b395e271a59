#include "monitord/probe/service/redirect.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a Location is taken as browsers take it", "[redirect]") {
  const auto from = [](std::string_view location) { return ResolveLocation("http://a.example/x/y?z", location); };
  CHECK(from("/ok?next=a|b") == "http://a.example/ok?next=a%7Cb");
  CHECK(from("/ok/{1}?f={1}") == "http://a.example/ok/%7B1%7D?f=%7B1%7D");
  CHECK(from("/ok?f=a^b`\"c\"<d>") == "http://a.example/ok?f=a%5Eb%60%22c%22%3Cd%3E");
  CHECK(from("\\ok\\more?f=DOM\\user") == "http://a.example/ok/more?f=DOM%5Cuser");
  CHECK(from("/\xc3\xbc?\xfc") == "http://a.example/%C3%BC?%FC");
  CHECK(from("/a b?c d") == "http://a.example/a%20b?c%20d");
  CHECK(from("/a\tb\r\nc") == "http://a.example/abc");
  CHECK(from("/100%/%2f") == "http://a.example/100%/%2f");
  CHECK(from("ok#top") == "http://a.example/x/ok");
  CHECK(from("?q") == "http://a.example/x/y?q");
  CHECK(from("//b.example:81/ok") == "http://b.example:81/ok");
  CHECK(from("HTTPS://b.example?x=|") == "https://b.example/?x=%7C");
  CHECK(from("http://[::1").empty());
}

TEST_CASE("a redirect leads to no place that the checked host is not in", "[redirect]") {
  const auto refusal = [](const char* own, const char* target) {
    return RedirectRefusal(Address::Parse(own).value(), Address::Parse(target).value());
  };
  CHECK(refusal("203.0.113.5", "127.0.0.1") == "127.0.0.1 is a loopback address, and no redirect is followed there");
  CHECK(refusal("2001:db8::1", "fe80::1") == "fe80::1 is a link-local address, and no redirect is followed there");
  CHECK(refusal("203.0.113.5", "10.1.2.3") == "10.1.2.3 is a private address, and no redirect is followed there");
  for (const char* target :
       {"127.8.8.8", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "169.254.169.254",
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1", "fec0::1", "febf::1",
        "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::c0a8:101"}) {
    INFO(target);
    CHECK_FALSE(refusal("203.0.113.5", target).empty());
  }
  for (const char* target : {"198.51.100.7", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.63.0.1", "100.128.0.1",
                             "128.0.0.1", "2001:db8::7", "::ffff:198.51.100.7", "64:ff9b::c633:6407"}) {
    INFO(target);
    CHECK(refusal("203.0.113.5", target).empty());
    CHECK(refusal("127.0.0.1", target).empty());
  }
  CHECK(refusal("127.0.0.1", "127.0.0.2").empty());
  CHECK(refusal("::1", "127.0.0.1").empty());
  CHECK(refusal("127.0.0.1", "192.168.1.1").empty());
  CHECK(refusal("192.168.1.1", "10.0.0.1").empty());
  CHECK(refusal("10.0.0.1", "169.254.1.1").empty());
  CHECK_FALSE(refusal("192.168.1.1", "127.0.0.1").empty());
}

}  // namespace
}  // namespace linewatch
