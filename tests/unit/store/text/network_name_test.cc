#include "store/text/network_name.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("addresses and names that can be watched", "[network_name]") {
  for (const char* good : {"10.0.0.1", "127.0.0.1", "255.255.255.254", "::1", "2001:db8::1", "fe80::1%eth0", "a",
                           "router-1.example.org", "example.org.", "xn--bcher-kva.example", "_sip.example.org", "1a"}) {
    INFO(good);
    CHECK(is_address_or_name(good));
  }
  for (const char* bad : {"",          " ",           "10.0.0",    "10.0.0.256", "1.2.3.4.5",
                          "10.0.0.1 ", "10.0.0.1:80", "http://a",  "a b",        "-a",
                          "a-",        "a..b",        ".",         "0.0.0.0",    "255.255.255.255",
                          "224.0.0.1", "239.1.2.3",   "::",        "ff02::1",    "2001:db8::1%eth0",
                          "fe80::1%",  "fe80::1%a/b", "b\xc3\xbc", "a\nb",       "1:2"}) {
    INFO(bad);
    CHECK_FALSE(is_address_or_name(bad));
  }
  CHECK_FALSE(is_address_or_name(std::string("10.0.0.1\0\r\nBcc: x", 18)));
  CHECK(is_address_or_name(std::string(63, 'a') + ".b"));
  CHECK_FALSE(is_address_or_name(std::string(64, 'a') + ".b"));
}

TEST_CASE("an address is of one machine, and written as such", "[network_name]") {
  for (const char* bad : {"::ffff:10.0.0.1", "[2001:db8::1]", "010.0.0.1", "fe80::1%sixteen-letters1", "fe80::1% "}) {
    INFO(bad);
    CHECK_FALSE(is_address_or_name(bad));
  }
}

TEST_CASE("a domain name may end with the dot of the root, and has 253 characters before it", "[network_name]") {
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(i < 3 ? 63 : 61, 'a') + '.';
  REQUIRE(longest.size() == 254);
  CHECK(is_domain_name(longest));
  CHECK_FALSE(is_domain_name("a" + longest));
  CHECK_FALSE(is_domain_name("example.org.."));
  CHECK_FALSE(is_domain_name(""));
}

TEST_CASE("a name whose last part is a number is an address that somebody mistyped", "[network_name]") {
  for (const char* bad : {"7", "router.1", "router.1."}) CHECK_FALSE(is_domain_name(bad));
  for (const char* good : {"7a", "1.router", "router.1a"}) CHECK(is_domain_name(good));
}

TEST_CASE("what means the same has one text", "[network_name]") {
  CHECK(CanonicalName("2001:DB8:0:0::1") == "2001:db8::1");
  CHECK(CanonicalName("Example.ORG.") == "example.org");
  CHECK(CanonicalName("10.0.0.1") == "10.0.0.1");
  CHECK(CanonicalName(".") == ".");
  CHECK(CanonicalName("").empty());
}

}  // namespace
}  // namespace linewatch
