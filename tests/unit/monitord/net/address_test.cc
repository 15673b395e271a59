#include "monitord/net/address.h"

#include <cstring>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

uint32_t ScopeOf(const std::string& text) {
  sockaddr_storage storage{};
  Address::Parse(text).value().Fill(storage);
  sockaddr_in6 six{};
  std::memcpy(&six, &storage, sizeof six);
  return six.sin6_scope_id;
}

TEST_CASE("an address is read and written in either family, a name is none", "[address]") {
  for (const char* text : {"10.0.0.1", "2001:db8::1", "::1"}) CHECK(Address::Parse(text).value().Text() == text);
  for (const char* text : {"", "localhost", "10.0.0", "10.0.0.256", "::g"}) CHECK_FALSE(Address::Parse(text));
}

TEST_CASE("loopback is 127.0.0.0/8 and ::1", "[address]") {
  for (const char* text : {"127.0.0.1", "127.255.255.254", "::1"}) CHECK(Address::Parse(text).value().is_loopback());
  for (const char* text : {"128.0.0.1", "10.127.0.1", "::2", "7f00::1"})
    CHECK_FALSE(Address::Parse(text).value().is_loopback());
  CHECK_FALSE(Address().is_loopback());
}

TEST_CASE("a link-local address names its interface, and never stands for any", "[address]") {
  CHECK(ScopeOf("fe80::1%lo") == 1);
  CHECK(ScopeOf("fe80::1%nowhere") != 0);
  CHECK(ScopeOf("2001:db8::1") == 0);
}

}  // namespace
}  // namespace linewatch
