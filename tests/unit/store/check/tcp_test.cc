#include "tests/unit/store/check/faults.h"

namespace linewatch {
namespace {

std::string Tcp(const std::string& port) { return R"("check":"tcp","ip":"10.0.0.1","port":)" + port; }

TEST_CASE("a service has a port from 1 to 65535", "[tcp_check]") {
  for (const char* good : {"1", "65535"}) CHECK(FaultOf(Tcp(good)).empty());
  for (const char* bad : {"0", "65536", "-1", "22.5", "\"22\"", "null"})
    CHECK(FaultOf(Tcp(bad)) == "port: expected a whole number from 1 to 65535");
}

TEST_CASE("the target of a service is its port, whatever it is to say", "[tcp_check]") {
  CHECK_FALSE(same_target(Tcp("22"), Tcp("23")));
  CHECK(same_target(Tcp("22"), Tcp("22") + R"(,"expect":"SSH-2.0")"));
}

}  // namespace
}  // namespace linewatch
