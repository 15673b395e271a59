#include "monitord/notify/http_client.h"

#include <thread>

#include "tests/unit/catch.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Result = Delivery::Result;

constexpr HttpClient::Limits kShort{300ms, 300ms};
constexpr char kSecretPath[] = "/services/T0/s3cret?key=4711";

TEST_CASE("what is posted arrives whole, as JSON, and the answer comes back", "[http_client]") {
  const ScriptedServer server(Answering("200 OK", "thanks"));
  const std::string body = "{\"text\":\"" + std::string(5000, 'x') + "\"}";
  const auto answer = HttpClient().PostJson(server.url() + "/hook", body, {"X-Test: 1"});
  CHECK(answer.status == 200);
  CHECK(answer.body == "thanks");
  CHECK(answer.error == "");
  CHECK_FALSE(answer.may_have_arrived);
  const std::string heard = server.heard();
  CHECK(heard.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK_THAT(heard, ContainsSubstring("\r\nContent-Type: application/json\r\n"));
  CHECK_THAT(heard, ContainsSubstring("\r\nX-Test: 1\r\n"));
  CHECK(heard.ends_with(body));
}

TEST_CASE("a status says whether the message is taken, to be sent again, or refused for good", "[http_client]") {
  const auto result = [](int status) {
    HttpAnswer answer;
    answer.status = status;
    return DeliveryOf(answer, {}).result;
  };
  for (const int status : {200, 201, 202, 204}) CHECK(result(status) == Result::kAccepted);
  for (const int status : {400, 410, 413, 422}) CHECK(result(status) == Result::kRefused);
  for (const int status : {301, 302, 401, 403, 404, 408, 429, 500, 502, 503})
    CHECK(result(status) == Result::kDeferred);
}

TEST_CASE("a redirect is not followed", "[http_client]") {
  const ScriptedServer elsewhere(Answering("200 OK"));
  const ScriptedServer server(Answering("307 Moved\r\nLocation: " + elsewhere.url()));
  const auto answer = HttpClient().PostJson(server.url(), "{}");
  CHECK(answer.status == 307);
  CHECK(DeliveryOf(answer, {}).answer == "status 307: redirects are not followed");
  CHECK(elsewhere.heard() == "");
}

TEST_CASE("a server that asks for a pause is heard", "[http_client]") {
  const ScriptedServer server(Answering("429 Slow down\r\nRetry-After: 7"));
  CHECK(HttpClient().PostJson(server.url(), "{}").retry_after == 7s);
  const ScriptedServer greedy(Answering("503 No\r\nRetry-After: 99999999"));
  CHECK(HttpClient().PostJson(greedy.url(), "{}").retry_after == 6h);
}

TEST_CASE("an answer without an end is cut, and its status counts", "[http_client]") {
  const ScriptedServer server([](ScriptedServer::Connection& peer) {
    HearRequest(peer);
    peer.Say("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(16 * 1024, 'x');
    for (int i = 0; i < 64; ++i) peer.Say(piece);
  });
  const auto answer = HttpClient().PostJson(server.url(), "{}");
  CHECK(answer.status == 200);
  CHECK(answer.body.size() == HttpClient::kMaxBody);
}

TEST_CASE("a message may have arrived when a server took it and said nothing", "[http_client]") {
  const ScriptedServer silent([](ScriptedServer::Connection& peer) { peer.Hang(); });
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = HttpClient(kShort).PostJson(silent.url() + kSecretPath, "{}");
  CHECK(answer.status == 0);
  CHECK(answer.may_have_arrived);
  CHECK_THAT(answer.error, ContainsSubstring("timed out"));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  const ScriptedServer closing([](ScriptedServer::Connection& peer) { HearRequest(peer); });
  CHECK(HttpClient().PostJson(closing.url(), "{}").may_have_arrived);
  CHECK_FALSE(HttpClient(kShort).Get(silent.url()).may_have_arrived);
}

TEST_CASE("no error shows what a URL hides", "[http_client]") {
  std::string gone;
  {
    const ScriptedServer server([](ScriptedServer::Connection&) {});
    gone = server.url();
  }
  std::string with_login = gone;
  with_login.insert(7, "user:pass@");
  for (const std::string& url :
       {gone + kSecretPath, with_login + kSecretPath, "ftp://127.0.0.1" + std::string(kSecretPath),
        "http://127.0.0.1:99999" + std::string(kSecretPath), "http://[::1" + std::string(kSecretPath),
        "s3cret " + std::string(kSecretPath)}) {
    INFO(url);
    const auto answer = HttpClient(kShort).PostJson(url, "{}");
    CHECK(answer.status == 0);
    CHECK_FALSE(answer.may_have_arrived);
    CHECK(answer.error != "");
    for (const std::string secret : {"s3cret", "4711", "pass"}) CHECK(answer.error.find(secret) == std::string::npos);
  }
  const ScriptedServer server(Answering("404 Not Found", "no " + std::string(kSecretPath) + " here"));
  const std::string url = server.url() + kSecretPath;
  CHECK(DeliveryOf(HttpClient().PostJson(url, "{}"), SecretsOfUrl(url)).answer == "status 404: no *** here");
}

TEST_CASE("a server that repeats a part of what is secret shows nothing of it", "[http_client]") {
  const std::string url = "https://hooks.example.net/services/T0/xGh7Kq2LmP?key=abcd1234efgh&v=1#part";
  HttpAnswer answer;
  answer.status = 404;
  answer.body = "no hook xGh7Kq2LmP for key abcd1234efgh, v 1";
  CHECK(DeliveryOf(answer, SecretsOfUrl(url)).answer == "status 404: no hook *** for key ***, v 1");
}

TEST_CASE("a request ends at once when it is cancelled, and so does one that begins then", "[http_client]") {
  const ScriptedServer server([](ScriptedServer::Connection& peer) { peer.Hang(); });
  HttpClient client;
  const auto begin = std::chrono::steady_clock::now();
  std::thread other([&] {
    while (server.heard().empty()) std::this_thread::yield();
    client.Cancel();
  });
  const auto answer = client.PostJson(server.url(), "{}");
  other.join();
  CHECK(answer.error == "cancelled");
  CHECK(client.Get(server.url()).error == "cancelled");
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

}  // namespace
}  // namespace linewatch
