#include "tests/unit/store/check/faults.h"

namespace linewatch {
namespace {

std::string Dns(const std::string& query, const std::string& more = "") {
  return R"("check":"dns","ip":"10.0.0.1","query":")" + query + '"' + more;
}

TEST_CASE("a name server is asked for a domain name", "[dns_check]") {
  for (const char* good : {"example.org", "example.org.", "_sip._tcp.example.org", "xn--bcher-kva.example", "."})
    CHECK(FaultOf(Dns(good)).empty());
  for (const char* bad : {"10.0.0.1", "2001:db8::1", "bücher.example", "a b", "example..org"})
    CHECK(FaultOf(Dns(bad)) == "query: expected the domain name to ask for, or with record PTR an address");
}

TEST_CASE("a name server is asked for the records that are known, at a port that there is", "[dns_check]") {
  CHECK(FaultOf(Dns("example.org", R"(,"record":"TXT","port":5353)")).empty());
  CHECK(is_refused(Dns("example.org", R"(,"record":"HINFO")"), "record"));
  for (const char* bad : {"0", "65536"})
    CHECK(is_refused(Dns("example.org", R"(,"port":)" + std::string(bad)), "port"));
}

TEST_CASE("the same question to a name server is the same target however it is written", "[dns_check]") {
  CHECK(same_target(Dns("example.org"), Dns("Example.ORG.", R"(,"port":53,"record":"A")")));
  CHECK(same_target(Dns("example.org"), Dns("example.org", R"(,"expect":"192.0.2.1")")));
  CHECK_FALSE(same_target(Dns("example.org"), Dns("example.org", R"(,"record":"AAAA")")));
}

}  // namespace
}  // namespace linewatch
