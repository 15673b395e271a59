#include "tests/unit/store/check/faults.h"

namespace linewatch {
namespace {

std::string Http(const std::string& more = "") { return R"("check":"http","url":"http://a.example/")" + more; }

TEST_CASE("the answer to HEAD has no body in which a keyword could stand", "[http_check]") {
  CHECK(is_refused(Http(R"(,"method":"HEAD","keyword":"welcome")"), "keyword"));
  CHECK(FaultOf(Http(R"(,"method":"HEAD","keyword":null)")).empty());
  CHECK(FaultOf(Http(R"(,"method":"POST","keyword":"welcome")")).empty());
  CHECK(is_refused(Http(R"(,"keyword":"")"), "keyword"));
  CHECK(is_refused(Http(R"(,"method":"DELETE")"), "method"));
}

TEST_CASE("a user has no colon in his name, his password may have one", "[http_check]") {
  CHECK(FaultOf(Http(R"(,"username":"watch","password":"a:b ü")")).empty());
  CHECK(FaultOf(Http(R"(,"username":"wat:ch")")) == "username: expected no colon (RFC 7617)");
  CHECK(is_refused(Http(R"(,"username":"a\nb")"), "username"));
  CHECK(FaultOf(Http(R"(,"password":"a\nb")")) == "password: expected no control characters");
}

TEST_CASE("a secret is a text, or the one that is there", "[http_check]") {
  CHECK(FaultOf(Http(R"(,"password":{"set":true},"headers":{"X-Key":{"set":true}})")).empty());
  for (const char* bad : {R"({"set":false})", "{}", "1", "[]"}) {
    CHECK(is_refused(Http(R"(,"password":)" + std::string(bad)), "password"));
    CHECK(FaultOf(Http(R"(,"headers":{"X-Key":)" + std::string(bad) + "}")).starts_with("headers"));
  }
}

TEST_CASE("a header has a name of at most 100 characters, and there are at most 20", "[http_check]") {
  const auto named = [](const std::string& name) { return Http(R"(,"headers":{")" + name + R"(":"v"})"); };
  CHECK(FaultOf(named(std::string(100, 'x'))).empty());
  CHECK(is_refused(named(std::string(101, 'x')), "headers"));
  CHECK(is_refused(named("Kopfzeile-ü"), "headers"));
  std::string many;
  for (int i = 0; i < 20; ++i) many += "\"X-" + std::to_string(i) + "\":\"v\",";
  CHECK(FaultOf(Http(R"(,"headers":{)" + many.substr(0, many.size() - 1) + "}")).empty());
  CHECK(is_refused(Http(R"(,"headers":{)" + many + R"("X-20":"v"})"), "headers"));
}

TEST_CASE("a website is asked over one version of IP or over any", "[http_check]") {
  for (const char* good : {"4", "6", "null"}) CHECK(FaultOf(Http(R"(,"ip_version":)" + std::string(good))).empty());
  for (const char* bad : {"5", "\"4\"", "0"})
    CHECK(is_refused(Http(R"(,"ip_version":)" + std::string(bad)), "ip_version"));
}

TEST_CASE("how an answer is judged makes no other target", "[http_check]") {
  CHECK(same_target(Http(), Http(R"(,"expect_status":"200","username":"watch","verify_tls":false)")));
  CHECK_FALSE(same_target(Http(), Http(R"(,"method":"POST")")));
}

}  // namespace
}  // namespace linewatch
