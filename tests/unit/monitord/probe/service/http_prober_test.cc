#include "monitord/probe/service/http_prober.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/run_checks.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Connection = ScriptedServer::Connection;

constexpr auto kPatient = 5000ms;  // for what does not hang

Target Asking(const std::string& url, std::chrono::milliseconds timeout = kPatient) {
  Target target;
  target.kind = CheckKind::kHttp;
  target.interval = 10000ms;
  target.timeout = timeout;
  target.address = Address::Parse("127.0.0.1").value();
  CheckSettings service;
  service.url = url;
  target.check_settings = std::move(service);
  return target;
}

std::vector<CheckResult> CheckAll(const std::vector<Target>& targets) {
  const TrustStore trust;
  return RunChecks([&](Prober::Done done) { return std::make_unique<HttpProber>(std::move(done), trust); }, targets);
}

CheckResult Check(const Target& target) { return std::move(CheckAll({target}).front()); }

// One check of a server that serves so.
CheckResult CheckOf(std::function<void(Connection&)> serve, const std::function<void(CheckSettings&)>& change = {},
                    std::chrono::milliseconds timeout = kPatient) {
  const ScriptedServer server(std::move(serve));
  Target target = Asking(server.url() + "/status?of=all", timeout);
  if (change) change(*target.check_settings);
  return Check(target);
}

auto Saying(std::string text) {
  return [text = std::move(text)](Connection& peer) {
    HearRequest(peer);
    peer.Say(text);
  };
}

// How often a line with this beginning was heard, whatever its case.
auto CountLines(const std::string& heard, std::string_view begin) {
  size_t count = 0;
  for (size_t at = 0; at < heard.size(); at = std::min(heard.find('\n', at), heard.size() - 1) + 1)
    count += heard.compare(at, begin.size(), begin) == 0 ? 1 : 0;
  return count;
}

TEST_CASE("a website that answers is good, and each step of the answer is timed", "[http_prober]") {
  const CheckResult result = CheckOf(Answering("200 OK", "Hello"));
  CHECK(std::string(result.reason).empty());
  REQUIRE(result.ok);
  CHECK(result.rtt_ms.has_value());
  CHECK_FALSE(result.has_left);
  REQUIRE(result.details.has_value());
  CHECK_FALSE(result.details->name_ms.has_value());
  CHECK_FALSE(result.details->tls_ms.has_value());
  REQUIRE(result.details->connect_ms.has_value());
  REQUIRE(result.details->first_byte_ms.has_value());
  CHECK(*result.details->connect_ms + *result.details->first_byte_ms <= *result.rtt_ms);
  CHECK(result.details->cert_expires == kNever);
}

TEST_CASE("the look-up of a name is timed by itself", "[http_prober]") {
  const ScriptedServer server(Answering("200 OK"));
  Target target = Asking("http://localhost:" + std::to_string(server.port()) + "/");
  target.address = Address();
  target.name = std::string("localhost");
  target.check_settings->ip_version = 4;
  const CheckResult result = Check(target);
  CHECK(std::string(result.reason).empty());
  CHECK(result.ok);
  CHECK(result.details->name_ms.has_value());
}

TEST_CASE("a status beyond what is expected fails at once, whatever the body does", "[http_prober]") {
  CHECK(std::string(CheckOf([](Connection& peer) {
                      HearRequest(peer);
                      peer.Say("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n");
                      peer.Hang();
                    }).reason) == "404 instead of 200-399");
  CHECK(std::string(CheckOf(Answering("200 OK"), [](CheckSettings& s) { s.expect_status = "401,500-503"; }).reason) ==
        "200 instead of 401,500-503");
  CHECK(CheckOf(Answering("503 Service Unavailable"), [](CheckSettings& s) { s.expect_status = "401,500-503"; }).ok);
  CHECK(
      CheckOf(Saying("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).ok);
}

TEST_CASE("a keyword is found across the borders of what comes at once", "[http_prober]") {
  const auto in_pieces = [](Connection& peer) {
    HearRequest(peer);
    peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nall \r\n");
    if (!peer.Pause(30ms)) return;
    peer.Say("3\r\nsys\r\n");
    if (!peer.Pause(30ms)) return;
    peer.Say("a\r\ntems are g\r\n3\r\no!!\r\n0\r\n\r\n");
  };
  const auto result = [&](const char* keyword, bool is_absent) {
    const CheckResult checked = CheckOf(in_pieces, [&](CheckSettings& service) {
      service.keyword = keyword;
      service.keyword_absent = is_absent;
    });
    return checked.ok ? "ok" : std::string(checked.reason);
  };
  CHECK(result("systems are go", false) == "ok");
  CHECK(result("all systems are go!!", false) == "ok");
  CHECK(result("gone", false) == "keyword \"gone\" not found");
  CHECK(result("gone", true) == "ok");
  CHECK(result("systems", true) == "keyword \"systems\" found");
}

TEST_CASE("a keyword that is there ends the check, however long the body goes on", "[http_prober]") {
  const auto hangs = [](Connection& peer) {
    HearRequest(peer);
    peer.Say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nready");
    peer.Hang();
  };
  CHECK(CheckOf(hangs, [](CheckSettings& service) { service.keyword = "ready"; }).ok);
}

TEST_CASE("of an endless body the first MiB counts", "[http_prober]") {
  const auto endless = [](Connection& peer) {
    HearRequest(peer);
    peer.Say("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64 * 1024, 'x');
    for (size_t sent = 0; sent < CheckSettings::kMaxBody; sent += piece.size()) peer.Say(piece);
    peer.Say("keyword");
    while (peer.Pause(1ms)) peer.Say(piece);
  };
  {
    INFO("no keyword is wanted");
    CHECK(CheckOf(endless).ok);
  }
  CHECK(std::string(CheckOf(endless, [](CheckSettings& service) { service.keyword = "keyword"; }).reason) ==
        "keyword \"keyword\" not found");
}

TEST_CASE("what hangs is told by what is missing", "[http_prober]") {
  const auto after = [](const std::string& text) {
    return std::string(CheckOf(
                           [=](Connection& peer) {
                             HearRequest(peer);
                             peer.Say(text);
                             peer.Hang();
                           },
                           {}, 200ms)
                           .reason);
  };
  CHECK(after("") == "no answer within 0.2 s");
  CHECK(after("HTTP/1.1 200 OK\r\nX: y\r\n") == "no answer within 0.2 s");
  CHECK(after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHell") == "no complete answer within 0.2 s");
}

TEST_CASE("a server that hangs within the TLS handshake is told as that", "[http_prober]") {
  const ScriptedServer server([](Connection& peer) { peer.Hang(); });
  const CheckResult result = Check(Asking("https://127.0.0.1:" + std::to_string(server.port()), 200ms));
  CHECK(std::string(result.reason) == "no TLS handshake within 0.2 s");
  CHECK(result.details->connect_ms.has_value());
}

TEST_CASE("headers without an end are given up", "[http_prober]") {
  CHECK(std::string(CheckOf([](Connection& peer) {
                      HearRequest(peer);
                      peer.Say("HTTP/1.1 200 OK\r\n");
                      const std::string line = "X-Much: " + std::string(1000, 'x') + "\r\n";
                      for (int i = 0; i < 100000; ++i) peer.Say(line);
                    }).reason) == "more than 256 KiB of headers");
  CHECK(std::string(CheckOf([](Connection& peer) {
                      HearRequest(peer);
                      peer.Say("HTTP/1.1 200 OK\r\nX-Much: ");
                      const std::string part(1000, 'x');
                      for (int i = 0; i < 100000; ++i) peer.Say(part);
                    }).reason) == "a header is too long");
}

TEST_CASE("what is no HTTP, or breaks off, has a reason", "[http_prober]") {
  CHECK(std::string(CheckOf(Saying("SSH-2.0-OpenSSH_9.2\r\n")).reason) == "the answer is not HTTP");
  CHECK(std::string(CheckOf(Saying(std::string("\0\xff\x01garbage", 10))).reason) == "the answer is not HTTP");
  CHECK(std::string(CheckOf(Saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")).reason) ==
        "the answer ends early");
  CHECK(std::string(CheckOf(Saying("")).reason) == "empty answer");
  CHECK(std::string(CheckOf(Saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")).reason) ==
        "the answer ends early");
  const ScriptedServer server([](Connection& peer) { peer.Say("plain text"); });
  CHECK(std::string(Check(Asking("https://127.0.0.1:" + std::to_string(server.port()))).reason) ==
        "TLS handshake failed: wrong version number");
}

TEST_CASE("a port that nobody listens on refuses", "[http_prober]") {
  std::string url;
  {
    const ScriptedServer server([](Connection&) {});
    url = server.url();
  }
  const CheckResult result = Check(Asking(url));
  CHECK(std::string(result.reason) == "connection refused");
  CHECK_FALSE(result.refused_here);
}

TEST_CASE("a website that breaks off once is asked again within the check", "[http_prober]") {
  int connections = 0;
  const ScriptedServer server([&](Connection& peer) {
    HearRequest(peer);
    if (++connections > 1) peer.Say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  Target target = Asking(server.url(), 2000ms);
  target.retries = 2;
  CHECK(Check(target).ok);
  CHECK(connections == 2);
}

TEST_CASE("the request is what the settings say", "[http_prober]") {
  const auto heard = [](const std::function<void(Target&)>& change) {
    const ScriptedServer server(Answering("204 No Content"));
    Target target = Asking(server.url() + "/status?of=all");
    change(target);
    CHECK(Check(target).ok);
    return server.heard();
  };
  const std::string get = heard([](Target&) {});
  CHECK(get.starts_with("GET /status?of=all HTTP/1.1\r\n"));
  CHECK(CountLines(get, "User-Agent: Linewatch/") == 1);
  CHECK(CountLines(get, "Accept-Encoding:") == 0);
  CHECK(CountLines(get, "Authorization:") == 0);
  CHECK(heard([](Target& t) { t.check_settings->method = "HEAD"; }).starts_with("HEAD /status?of=all HTTP/1.1\r\n"));
  const std::string post = heard([](Target& t) { t.check_settings->method = "POST"; });
  CHECK(post.starts_with("POST /status?of=all HTTP/1.1\r\n"));
  CHECK(CountLines(post, "Content-Length: 0\r\n") == 1);
  CHECK(CountLines(post, "Content-Type:") == 0);
  CHECK(post.ends_with("\r\n\r\n"));

  const std::string own = heard([](Target& t) {
    t.check_settings->username = "watcher";
    t.secrets = HostSecrets{"pass:word", {{"X-Token", "t0ps3cret"}, {"User-Agent", "Mine"}, {"X-Empty", ""}}, ""};
  });
  CHECK(CountLines(own, "Authorization: Basic d2F0Y2hlcjpwYXNzOndvcmQ=\r\n") == 1);
  CHECK(CountLines(own, "X-Token: t0ps3cret\r\n") == 1);
  CHECK(CountLines(own, "X-Empty:") == 1);
  CHECK(CountLines(own, "User-Agent:") == 1);
  const std::string bearer = heard([](Target& t) {
    t.check_settings->username = "watcher";
    t.secrets = HostSecrets{"password", {{"Authorization", "Bearer t0ps3cret"}}, ""};
  });
  CHECK(CountLines(bearer, "Authorization:") == 1);
  CHECK(CountLines(bearer, "Authorization: Bearer t0ps3cret\r\n") == 1);
}

TEST_CASE("an address that a host has of its own is asked for the name of its URL", "[http_prober]") {
  const ScriptedServer server(Answering("200 OK"));
  const std::string authority = "www.nowhere.example:" + std::to_string(server.port());
  CHECK(Check(Asking("http://" + authority + "/")).ok);
  CHECK(CountLines(server.heard(), "Host: " + authority + "\r\n") == 1);
}

TEST_CASE("a proxy of the environment has no say", "[http_prober]") {
  const ScriptedServer proxy(Answering("200 OK")), server(Answering("204 No Content"));
  setenv("http_proxy", proxy.url().c_str(), 1);
  const bool is_good = Check(Asking(server.url())).ok;
  unsetenv("http_proxy");
  CHECK(is_good);
  CHECK(proxy.heard().empty());
}

TEST_CASE("redirects are followed, five of them", "[http_prober]") {
  // "/3" leads to "/2" and so on, and "/0" is there.
  const ScriptedServer server([](Connection& peer) {
    const std::string line = peer.Line().value_or("");
    for (auto header = peer.Line(); header && !header->empty(); header = peer.Line()) continue;
    const int left = std::stoi(line.substr(line.find('/') + 1));
    if (left == 0) {
      peer.Say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    } else {
      // The body of a redirect is nobody's concern.
      peer.Say("HTTP/1.1 302 Found\r\nContent-Length: 10\r\nLocation: " + std::to_string(left - 1) + "#top\r\n\r\n");
      peer.Hang();
    }
  });
  CHECK(Check(Asking(server.url() + "/5")).ok);
  CHECK(std::string(Check(Asking(server.url() + "/6")).reason) == "more than 5 redirects");
  Target target = Asking(server.url() + "/1");
  target.check_settings->follow_redirects = false;
  target.check_settings->expect_status = "200-299";
  CHECK(std::string(Check(target).reason) == "302 instead of 200-299");
}

TEST_CASE("a redirect in a circle ends", "[http_prober]") {
  CHECK(std::string(CheckOf(Answering("301 Moved Permanently\r\nLocation: /status?of=all")).reason) ==
        "more than 5 redirects");
}

TEST_CASE("a redirect leads to websites alone", "[http_prober]") {
  const auto reason = [](const std::string& location) {
    return std::string(CheckOf(Answering("302 Found\r\nLocation: " + location)).reason);
  };
  for (const char* location :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/x", "javascript:alert(1)"})
    CHECK(reason(location) == "redirected to what is neither http nor https");
  CHECK(reason("http://user:password@127.0.0.1/") == "redirected to a URL that cannot be used");
  CHECK(reason("http://[::1") == "redirected to a URL that cannot be used");
}

TEST_CASE("what is secret goes to no other origin", "[http_prober]") {
  const ScriptedServer other(Answering("200 OK"));
  const auto lead = [&](const std::string& status) {
    const ScriptedServer server(
        Answering(status + "\r\nLocation: http://127.0.0.1:" + std::to_string(other.port()) + "/elsewhere"));
    Target target = Asking(server.url() + "/");
    target.check_settings->method = "POST";
    target.check_settings->username = "watcher";
    target.secrets = HostSecrets{"password", {{"X-Token", "t0ps3cret"}, {"Cookie", "a=b"}}, ""};
    CHECK(Check(target).ok);
    CHECK(CountLines(server.heard(), "X-Token:") == 1);
    CHECK(CountLines(server.heard(), "Authorization:") == 1);
  };
  lead("302 Found");
  CHECK(other.heard().starts_with("GET /elsewhere HTTP/1.1\r\n"));
  lead("307 Temporary Redirect");
  CHECK(other.heard().find("POST /elsewhere HTTP/1.1\r\n") != std::string::npos);
  CHECK(CountLines(other.heard(), "X-Token:") == 0);
  CHECK(CountLines(other.heard(), "Cookie:") == 0);
  CHECK(CountLines(other.heard(), "Authorization:") == 0);
}

TEST_CASE("a website is not asked without the password and the headers that it needs", "[http_prober]") {
  const ScriptedServer server(Answering("401 Unauthorized"));
  Target target = Asking(server.url() + "/");
  target.check_settings->password.is_set = true;
  CHECK(Check(target).void_reason == VoidReason::kNoSecret);
  target.check_settings->password.is_set = false;
  target.check_settings->headers.names = {"X-Token"};
  target.secrets = HostSecrets{"password", {{"Cookie", "a=b"}}, ""};
  CHECK(Check(target).void_reason == VoidReason::kNoSecret);
  CHECK(server.heard().empty());
  target.secrets->headers.emplace_back("X-Token", "t0ps3cret");
  const CheckResult result = Check(target);
  CHECK(result.void_reason == VoidReason::kNone);
  CHECK(std::string(result.reason) == "401 instead of 200-399");
}

TEST_CASE("within its origin a redirect takes along what is secret", "[http_prober]") {
  const ScriptedServer server([](Connection& peer) {
    const bool is_first = peer.Line().value_or("").starts_with("GET /login");
    for (auto header = peer.Line(); header && !header->empty(); header = peer.Line()) continue;
    peer.Say(is_first ? "HTTP/1.1 303 See Other\r\nLocation: /in\r\nContent-Length: 0\r\n\r\n"
                      : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  Target target = Asking(server.url() + "/login");
  target.secrets = HostSecrets{"", {{"X-Token", "t0ps3cret"}}, ""};
  CHECK(Check(target).ok);
  CHECK(CountLines(server.heard(), "X-Token: t0ps3cret\r\n") == 2);
}

TEST_CASE("a redirect to another name looks it up, and says where it fails", "[http_prober]") {
  const ScriptedServer other(Answering("200 OK"));
  const std::string port = std::to_string(other.port());
  const auto lead = [](const std::string& location) {
    return CheckOf(Answering("302 Found\r\nLocation: " + location), [](CheckSettings& s) { s.ip_version = 4; });
  };
  const CheckResult good = lead("http://localhost:" + port + "/");
  CHECK(std::string(good.reason).empty());
  CHECK(good.ok);
  CHECK(good.details->name_ms.has_value());
  CHECK(std::string(lead("http://nowhere.invalid:" + port + "/").reason)
            .starts_with("redirected to nowhere.invalid: the name "));
  CHECK(std::string(lead("http://nowhere.invalid:" + port + "/").reason).find("redirected", 1) == std::string::npos);
  CHECK(std::string(lead("http://127.0.0.2:" + port + "/").reason) == "redirected to 127.0.0.2: connection refused");
}

TEST_CASE("a version of IP that is asked for is kept to", "[http_prober]") {
  Target target = Asking("http://127.0.0.1:1/");
  target.check_settings->ip_version = 6;
  CHECK(std::string(Check(target).reason) == "127.0.0.1 is no address of IPv6");
}

TEST_CASE("a hundred websites that hang cost one timeout, and delay none that answers", "[http_prober]") {
  const ScriptedServer hanging([](Connection& peer) { peer.Hang(); });
  const ScriptedServer good(Answering("200 OK"));
  std::vector<Target> targets(100, Asking(hanging.url(), 300ms));
  targets.push_back(Asking(good.url(), 300ms));
  const auto begin = std::chrono::steady_clock::now();
  const auto results = CheckAll(targets);
  // One after another they would take a hundred timeouts; a slow processor takes more than one.
  CHECK(std::chrono::steady_clock::now() - begin < 20 * 300ms);
  CHECK(results.back().ok);
  CHECK(std::count_if(results.begin(), results.end(), [](const CheckResult& r) { return r.ok; }) == 1);
}

}  // namespace
}  // namespace linewatch
