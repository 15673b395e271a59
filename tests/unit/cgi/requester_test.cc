#include "cgi/requester.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

const Variables kHere = {"REMOTE_ADDR=127.0.0.1", "HTTP_HOST=127.0.0.1:8000"};

Variables With(Variables variables, const std::string& one_more) {
  const std::string name = one_more.substr(0, one_more.find('=') + 1);
  std::erase_if(variables, [&](const std::string& variable) { return variable.starts_with(name); });
  variables.push_back(one_more);
  return variables;
}

Role RoleWith(const Variables& variables, const Config::Access& access) {
  return RoleOf(RequestWith(variables), access);
}

const Config::Access kOpen = {Role::kAdmin, {{"vera", Role::kViewer}, {"otto", Role::kOperator}}};

TEST_CASE("anonymous is admin on the machine itself", "[requester]") {
  CHECK(RoleWith(kHere, kOpen) == Role::kAdmin);
  for (const char* address : {"127.9.9.9", "::1", "::ffff:127.0.0.1"})
    CHECK(RoleWith(With(kHere, std::string("REMOTE_ADDR=") + address), kOpen) == Role::kAdmin);
  for (const char* host : {"localhost", "localhost:8000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8000"})
    CHECK(RoleWith(With(kHere, std::string("HTTP_HOST=") + host), kOpen) == Role::kAdmin);
}

TEST_CASE("anonymous is no admin from another machine", "[requester]") {
  for (const char* address : {"192.168.0.7", "128.0.0.1", "fe80::1", "::", "", "127.0.0.1.evil.example", "localhost"})
    CHECK(RoleWith(With(kHere, std::string("REMOTE_ADDR=") + address), kOpen) == Role::kViewer);
}

TEST_CASE("anonymous is no admin through a name that is not loopback's", "[requester]") {
  for (const char* host :
       {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:8000", "", "127.0.0.1@evil",
        "localhost:80:80", "localhost:evil", "[::1", "[::1]evil", "[::2]", "192.168.0.1", "127.0.0.1, evil.example"})
    CHECK(RoleWith(With(kHere, std::string("HTTP_HOST=") + host), kOpen) == Role::kViewer);
}

TEST_CASE("anonymous is no admin when a proxy has handed the request on", "[requester]") {
  for (const char* header :
       {"HTTP_FORWARDED=for=10.0.0.1", "HTTP_FORWARDED_FOR=10.0.0.1", "HTTP_X_FORWARDED_FOR=127.0.0.1",
        "HTTP_X_FORWARDED_PROTO=https", "HTTP_X_FORWARDED=1", "HTTP_VIA=1.1 cache", "HTTP_X_REAL_IP=10.0.0.1",
        "HTTP_CF_CONNECTING_IP=10.0.0.1", "HTTP_X_FORWARDED_FOR="})
    CHECK(RoleWith(With(kHere, header), kOpen) == Role::kViewer);
}

TEST_CASE("an anonymous operator is one from everywhere", "[requester]") {
  CHECK(RoleWith({"REMOTE_ADDR=192.168.0.7", "HTTP_HOST=noc.example"}, {Role::kOperator, {}}) == Role::kOperator);
}

TEST_CASE("whoever has logged in has the role of config.json, more or less than anonymous", "[requester]") {
  CHECK(RoleWith(With(kHere, "REMOTE_USER=vera"), kOpen) == Role::kViewer);
  CHECK(RoleWith(With(kHere, "REMOTE_USER=otto"), kOpen) == Role::kOperator);
  const Config::Access closed = {Role::kViewer, {{"ada", Role::kAdmin}}};
  CHECK(RoleWith({"REMOTE_ADDR=10.0.0.1", "HTTP_HOST=noc.example", "REMOTE_USER=ada"}, closed) == Role::kAdmin);
  CHECK(RoleWith({"REMOTE_USER=Ada"}, closed) == Role::kViewer);
}

TEST_CASE("whoever has logged in without a role may do what nobody in particular may", "[requester]") {
  CHECK(RoleWith(With(kHere, "REMOTE_USER=zoe"), kOpen) == Role::kAdmin);
  CHECK(RoleWith({"REMOTE_USER=zoe"}, kOpen) == Role::kViewer);
}

TEST_CASE("no header makes anybody somebody", "[requester]") {
  const Config::Access closed = {Role::kViewer, {{"ada", Role::kAdmin}, {"", Role::kAdmin}}};
  for (const char* forged : {"HTTP_REMOTE_USER=ada", "HTTP_AUTHORIZATION=Basic YWRhOng=", "HTTP_X_REMOTE_USER=ada",
                             "AUTH_USER=ada", "REMOTE_USER=", "REMOTE_USER=\xff", "REMOTE_USER=ad\xc3"}) {
    const Variables variables = With(kHere, forged);
    CHECK(UserOf(RequestWith(variables)).empty());
    CHECK(RoleWith(variables, closed) == Role::kViewer);
  }
}

bool foreign(const Variables& more, std::string_view public_url = "") {
  Variables variables = {"REQUEST_SCHEME=http", "HTTP_HOST=noc.example:8000"};
  variables.insert(variables.end(), more.begin(), more.end());
  return is_foreign(RequestWith(variables), public_url);
}

TEST_CASE("our own pages, and programs that are no browsers, are not foreign", "[requester]") {
  CHECK_FALSE(foreign({}));
  CHECK_FALSE(foreign({"HTTP_ORIGIN=http://noc.example:8000", "HTTP_SEC_FETCH_SITE=same-origin"}));
  CHECK_FALSE(foreign({"HTTP_SEC_FETCH_SITE=none"}));
}

TEST_CASE("pages of any other origin are foreign", "[requester]") {
  for (const char* origin : {"http://evil.example", "null", "http://noc.example", "https://noc.example:8000",
                             "http://noc.example:8000.evil.example", "http://noc.example:8000, http://evil.example"})
    CHECK(foreign({std::string("HTTP_ORIGIN=") + origin}));
  for (const char* site : {"cross-site", "same-site", "same-origin, cross-site", "SAME-ORIGIN"})
    CHECK(foreign({std::string("HTTP_SEC_FETCH_SITE=") + site}));
  CHECK(foreign({"HTTP_ORIGIN=http://noc.example:8000", "HTTP_SEC_FETCH_SITE=cross-site"}));
}

TEST_CASE("behind a proxy that ends TLS our own origin is that of public_url", "[requester]") {
  CHECK_FALSE(foreign({"HTTP_ORIGIN=https://lines.example"}, "https://lines.example/noc/"));
  CHECK_FALSE(foreign({"HTTP_ORIGIN=https://lines.example"}, "https://lines.example"));
  CHECK(foreign({"HTTP_ORIGIN=https://lines.example.evil"}, "https://lines.example/noc/"));
  CHECK(foreign({"HTTP_ORIGIN=https://evil.example"}, "https://lines.example"));
}

}  // namespace
}  // namespace linewatch::cgi
