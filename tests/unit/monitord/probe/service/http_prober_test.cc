#include "monitord/probe/service/http_prober.h"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>
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
  return RunChecks(
      [&](Prober::Done done) { return std::make_unique<HttpProber>(std::move(done), trust, ClientKeys()); }, targets);
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

TEST_CASE("a POST is repeated within its origin, and to no other", "[http_prober]") {
  const ScriptedServer other(Answering("200 OK"));
  const auto reason_of = [&](const std::string& location) {
    const ScriptedServer server([&](Connection& peer) {
      const bool is_first = peer.Line().value_or("").starts_with("POST /first ");
      for (auto header = peer.Line(); header && !header->empty(); header = peer.Line()) continue;
      peer.Bytes(9);
      peer.Say(is_first ? "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    Target target = Asking(server.url() + "/first");
    target.check_settings->method = "POST";
    target.check_settings->body = "switch=on";
    const CheckResult result = Check(target);
    if (result.ok) CHECK(server.heard().find("switch=on", server.heard().find("POST /second ")) != std::string::npos);
    return std::string(result.reason);
  };
  CHECK(reason_of("/second").empty());
  CHECK(reason_of(other.url() + "/api") == "redirected to 127.0.0.1: a POST is not repeated to another origin");
  CHECK(other.heard().empty());
}

TEST_CASE("a POST sends its body and says what it is", "[http_prober]") {
  const auto heard = [](const std::string& body, const std::string& type,
                        const std::optional<HostSecrets>& secrets = std::nullopt) {
    const ScriptedServer server(Answering("200 OK"));
    Target target = Asking(server.url());
    target.check_settings->method = "POST";
    target.check_settings->body = body;
    target.check_settings->content_type = type;
    if (secrets) target.secrets = *secrets;
    CHECK(Check(target).ok);
    return server.heard();
  };
  const std::string json = heard(R"({"query": "{ health }"})", "");
  CHECK(json.ends_with("\r\n\r\n{\"query\": \"{ health }\"}"));
  CHECK(CountLines(json, "Content-Type: application/json\r\n") == 1);
  CHECK(CountLines(heard("a=1&b=2", ""), "Content-Type: application/x-www-form-urlencoded\r\n") == 1);
  CHECK(CountLines(heard("<soap/>", "text/xml; charset=utf-8"), "Content-Type: text/xml; charset=utf-8\r\n") == 1);
  const std::string own = heard("<soap/>", "text/xml", HostSecrets{"", {{"content-type", "application/soap+xml"}}, ""});
  CHECK(CountLines(own, "content-type: application/soap+xml\r\n") == 1);
  CHECK(CountLines(own, "Content-Type:") == 0);
  // Longer than what libcurl would ask about first.
  CHECK(CountLines(heard(std::string(5000, 'x'), "text/plain"), "Expect:") == 0);
}

TEST_CASE("a user name without a password is one with an empty password", "[http_prober]") {
  const ScriptedServer server(Answering("200 OK"));
  Target target = Asking(server.url());
  target.check_settings->username = "key-123";
  CHECK(Check(target).ok);
  CHECK(CountLines(server.heard(), "Authorization: Basic a2V5LTEyMzo=\r\n") == 1);
}

TEST_CASE("a site that wants Digest gets it", "[http_prober]") {
  const auto check = [](const char* challenge, bool is_kept_open, const std::string& password) {
    const ScriptedServer server([=](Connection& peer) {
      for (int i = 0; i < 2; ++i) {
        std::string authorization;
        auto line = peer.Line();
        if (!line) return;
        for (; line && !line->empty(); line = peer.Line())
          if (line->starts_with("Authorization: Digest ")) authorization = *line;
        const bool is_good = authorization.find("username=\"watcher\"") != std::string::npos &&
                             authorization.find("uri=\"/status?of=all\"") != std::string::npos && password == "right";
        peer.Say(is_good ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready"
                         : std::string("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ") + challenge +
                               "\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\nnope");
        if (!is_kept_open) return;
      }
    });
    Target target = Asking(server.url() + "/status?of=all");
    target.check_settings->auth = "digest";
    target.check_settings->username = "watcher";
    target.check_settings->keyword = "ready";
    target.secrets = HostSecrets{password, {}, ""};
    const CheckResult result = Check(target);
    CHECK(CountLines(server.heard(), "Authorization: Basic") == 0);
    if (result.ok) CHECK(*result.details->connect_ms + *result.details->first_byte_ms <= *result.rtt_ms);
    return std::string(result.reason);
  };
  for (const bool is_kept_open : {true, false}) {
    CHECK(check("Digest realm=\"x\", nonce=\"n\", qop=\"auth\"", is_kept_open, "right").empty());
    CHECK(check("Digest realm=\"x\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256", is_kept_open, "right").empty());
    CHECK(check("Digest realm=\"x\", nonce=\"n\", qop=\"auth\"", is_kept_open, "wrong") == "401 instead of 200-399");
    CHECK(check("Basic realm=\"x\"", is_kept_open, "wrong") == "401 instead of 200-399");
  }
}

// Gzip or, without its header, deflate.
std::string Compressed(const std::string& text, bool is_gzip = true) {
  z_stream stream{};
  constexpr int kWindow = 15, kGzip = 16;
  REQUIRE(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kWindow + (is_gzip ? kGzip : 0), 9,
                       Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_CASE("a compressed answer is searched as what it says", "[http_prober]") {
  std::string page;
  for (int i = 0; i < 1000; ++i) page += "<p>" + std::to_string(i) + "</p>";
  page += "all systems are go";
  const auto result = [](const std::string& encoding, const std::string& body, bool is_absent = false,
                         const char* keyword = "systems are go") {
    const CheckResult checked =
        CheckOf(Answering("200 OK\r\nContent-Encoding: " + encoding, body), [&](CheckSettings& service) {
          service.keyword = keyword;
          service.keyword_absent = is_absent;
        });
    return checked.ok ? "ok" : std::string(checked.reason);
  };
  CHECK(result("gzip", Compressed(page)) == "ok");
  CHECK(result("x-gzip", Compressed(page)) == "ok");
  CHECK(result("deflate", Compressed(page, false)) == "ok");
  CHECK(result("gzip, gzip", Compressed(Compressed(page))) == "ok");
  CHECK(result("gzip", Compressed(page), true) == "keyword \"systems are go\" found");
  CHECK(result("gzip", page) == "the answer cannot be decompressed");
  CHECK(result("gzip", page, true) == "the answer cannot be decompressed");
  // Not a coding at all: browsers show it as it is.
  CHECK(result("utf-8", page) == "ok");
  CHECK(result("none", page) == "ok");
  CHECK(result("identity", page) == "ok");
}

TEST_CASE("compression is asked for where the body is looked into, and nowhere else", "[http_prober]") {
  const auto heard = [](const std::function<void(Target&)>& change) {
    const ScriptedServer server(Answering("200 OK", "{\"ready\": true}"));
    Target target = Asking(server.url());
    change(target);
    CHECK(Check(target).ok);
    return server.heard();
  };
  const std::string wanted = heard([](Target& t) { t.check_settings->keyword = "ready"; });
  CHECK(CountLines(wanted, "Accept-Encoding: ") == 1);
  CHECK(wanted.find("gzip") != std::string::npos);
  CHECK(CountLines(heard([](Target& t) { t.check_settings->field = "ready"; }), "Accept-Encoding: ") == 1);
  CHECK(CountLines(heard([](Target&) {}), "Accept-Encoding: ") == 0);
  const std::string own = heard([](Target& t) {
    t.check_settings->keyword = "ready";
    t.secrets = HostSecrets{"", {{"Accept-Encoding", "identity"}}, ""};
  });
  CHECK(CountLines(own, "Accept-Encoding: identity\r\n") == 1);
  CHECK(CountLines(own, "Accept-Encoding:") == 1);
}

TEST_CASE("a bomb of zeros stops at a MiB", "[http_prober]") {
  const std::string bomb = Compressed(std::string(100 << 20, '\0'));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(std::string(CheckOf(Answering("200 OK\r\nContent-Encoding: gzip", bomb), [](CheckSettings& service) {
                      service.keyword = "ready";
                    }).reason) == "keyword \"ready\" not found");
  CHECK(std::chrono::steady_clock::now() - begin < kPatient);
}

TEST_CASE("a field of the JSON that a website answers is judged", "[http_prober]") {
  const auto check = [](const std::string& body) {
    return std::string(CheckOf(Answering("200 OK\r\nContent-Type: application/json", body), [](CheckSettings& service) {
                         service.field = "checks[0].state";
                         service.expect = "ok";
                       }).reason);
  };
  CHECK(check(R"({"checks": [{"state": "ok"}]})").empty());
  CHECK(check(R"({"checks": [{"state": "failed"}]})") == "checks[0].state is \"failed\" instead of \"ok\"");
  CHECK(check(R"({"checks": []})") == "the answer has no field checks[0].state");
  CHECK(check("<html>") == "the answer is no JSON");
}

TEST_CASE("cookies that are set on the way are sent back on the way", "[http_prober]") {
  const ScriptedServer other(Answering("200 OK"));
  const ScriptedServer server([&](Connection& peer) {
    const std::string line = peer.Line().value_or("");
    bool is_known = false;
    for (auto header = peer.Line(); header && !header->empty(); header = peer.Line())
      is_known = is_known || *header == "Cookie: own=1; seen=1";
    if (!is_known) {
      peer.Say(
          "HTTP/1.1 302 Found\r\nLocation: /wall\r\nSet-Cookie: seen=1; Path=/; HttpOnly\r\nContent-Length: 0\r\n\r\n");
    } else if (line.starts_with("GET /wall ")) {
      peer.Say("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "/\r\nContent-Length: 0\r\n\r\n");
    }
  });
  Target target = Asking(server.url() + "/");
  target.secrets = HostSecrets{"", {{"Cookie", "own=1"}}, ""};
  CHECK(std::string(Check(target).reason).empty());
  CHECK(CountLines(other.heard(), "Cookie:") == 0);
  // Each check begins anew.
  const size_t before = server.heard().size();
  CHECK(Check(target).ok);
  CHECK(server.heard().substr(before).find("seen=1") > server.heard().substr(before).find("\r\n\r\n"));
}

TEST_CASE("a Location that browsers take is followed", "[http_prober]") {
  for (const char* location : {"/ok?next=a|b", "/ok?f={1}", "/ok?f=a^b", "/ok?f=\"a\"", "/ok?f=DOM\\user", "\\ok",
                               "/ok?\xc3\xbc", "/ok/\xfc", "/ok?a b"}) {
    INFO(location);
    const ScriptedServer server([&](Connection& peer) {
      const bool is_there = peer.Line().value_or("").starts_with("GET /ok");
      for (auto header = peer.Line(); header && !header->empty(); header = peer.Line()) continue;
      peer.Say(is_there ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                        : std::string("HTTP/1.1 302 Found\r\nLocation: ") + location + "\r\nContent-Length: 0\r\n\r\n");
    });
    CHECK(std::string(Check(Asking(server.url() + "/")).reason).empty());
  }
}

TEST_CASE("so many redirects are followed as are allowed", "[http_prober]") {
  const auto reason = [](int most) {
    return std::string(CheckOf(Answering("302 Found\r\nLocation: /"), [&](CheckSettings& service) {
                         service.max_redirects = most;
                       }).reason);
  };
  CHECK(reason(1) == "more than 1 redirect");
  CHECK(reason(12) == "more than 12 redirects");
}

TEST_CASE("a server of HTTP/2 alone is told as that", "[http_prober]") {
  // SETTINGS, and GOAWAY for what was no preface: as nghttp2 has it.
  const std::string settings("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", 15),
      goaway("\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01", 17);
  CHECK(std::string(CheckOf(Saying(settings + goaway)).reason) == "the server speaks HTTP/2 only");
  CHECK(std::string(CheckOf(Saying(std::string("\0\0\0\x04\0\0\0\0\0", 9))).reason) == "the server speaks HTTP/2 only");
  CHECK(std::string(CheckOf(Saying(settings), [](CheckSettings& s) { s.method = "HEAD"; }).reason) ==
        "the answer is not HTTP");
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
