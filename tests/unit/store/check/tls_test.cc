#include "tests/unit/store/check/faults.h"

namespace linewatch {
namespace {

std::string Tls(const std::string& more = "") { return R"("check":"tls","ip":"10.0.0.1")" + more; }

TEST_CASE("a certificate may be wanted for a name or an address, and for nothing else", "[tls_check]") {
  CHECK(FaultOf(Tls()).empty());
  for (const char* good : {"example.org", "example.org.", "2001:db8::1", "xn--bcher-kva.example"})
    CHECK(FaultOf(Tls(R"(,"server_name":")" + std::string(good) + '"')).empty());
  for (const char* bad : {"bücher.example", "https://example.org", "example.org:443", "[2001:db8::1]", "*.example.org"})
    CHECK(FaultOf(Tls(R"(,"server_name":")" + std::string(bad) + '"')) ==
          "server_name: expected an IPv4 or IPv6 address or a domain name");
}

TEST_CASE("people are warned of a certificate on days of the year before it expires, or never", "[tls_check]") {
  for (const char* good : {"[]", "[1]", "[365]", "[10,9,8,7,6,5,4,3,2,1]"})
    CHECK(FaultOf(Tls(R"(,"warn_days":)" + std::string(good))).empty());
  for (const char* bad : {"7", "[0]", "[366]", "[7,7]", "[1.5]", "[11,10,9,8,7,6,5,4,3,2,1]"})
    CHECK(FaultOf(Tls(R"(,"warn_days":)" + std::string(bad)))
              .ends_with("expected a list of at most 10 whole numbers of days from 1 to 365"));
}

TEST_CASE("the target of a certificate is its server's port and name, in whatever case", "[tls_check]") {
  CHECK(same_target(Tls(), Tls(R"(,"port":443,"verify_tls":false,"warn_days":[1])")));
  CHECK(same_target(Tls(R"(,"server_name":"example.org")"), Tls(R"(,"server_name":"Example.ORG.")")));
  CHECK_FALSE(same_target(Tls(), Tls(R"(,"server_name":"example.org")")));
}

}  // namespace
}  // namespace linewatch
