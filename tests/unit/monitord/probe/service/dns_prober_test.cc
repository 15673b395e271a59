#include <sys/eventfd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "tests/unit/catch.h"
#include "tests/unit/run_checks.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// A name server by UDP at the port of one by TCP. Each query is answered by what `answer` makes of it; where that is
// empty, not at all.
class NameServer {
 public:
  using Answer = std::function<std::string(const std::string& query, int number)>;

  // Something else to be done with each query.
  using Aside = std::function<void(const std::string& query, const sockaddr* asker, socklen_t length)>;

  explicit NameServer(Answer answer, const std::string& by_tcp = "", Aside aside = nullptr)
      : answer_(std::move(answer)), aside_(std::move(aside)), tcp_([by_tcp](ScriptedServer::Connection& peer) {
          const auto prefix = peer.Bytes(2);
          if (prefix.size() < 2) return;
          const auto id = peer.Bytes(static_cast<unsigned char>(prefix[1])).substr(0, 2);
          peer.Say(by_tcp.substr(0, 2) + id + by_tcp.substr(std::min<size_t>(2, by_tcp.size())));
          peer.Hang();
        }) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(tcp_.port()));
    if (bind(udp_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no port for UDP");
    thread_ = std::thread([this] { Run(); });
  }
  ~NameServer() {
    eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  int port() const { return tcp_.port(); }

 private:
  void Run() {
    for (int number = 0;; ++number) {
      pollfd waits[2] = {{udp_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
      poll(waits, 2, -1);
      if (waits[1].revents != 0) return;
      char buffer[2048];
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      auto* const asker = reinterpret_cast<sockaddr*>(&from);
      const auto size = recvfrom(udp_.get(), buffer, sizeof buffer, 0, asker, &length);
      const std::string query(buffer, static_cast<size_t>(std::max<ssize_t>(size, 0)));
      if (aside_) aside_(query, asker, length);
      const auto answer = answer_(query, number);
      if (!answer.empty()) sendto(udp_.get(), answer.data(), answer.size(), 0, asker, length);
    }
  }

  const Answer answer_;
  const Aside aside_;
  ScriptedServer tcp_;
  const Descriptor udp_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, stop_{eventfd(0, EFD_CLOEXEC)};
  std::thread thread_;
};

// Where the records of an answer begin: behind the header and the question about www.example.
constexpr size_t kQuestionEnd = 12 + 13 + 4;
const std::string kAddress = "\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\x0A\0\0\x02"s;  // 10.0.0.2

// The query with other flags, so many records, and these.
std::string Reply(const std::string& query, const std::string& flags, char count = 0, const std::string& records = "") {
  return query.substr(0, 2) + flags + "\0\1\0"s + count + "\0\0\0\0"s + query.substr(12, kQuestionEnd - 12) + records;
}

CheckResult Check(const NameServer& server, const std::string& expect = "", std::chrono::milliseconds timeout = 2000ms,
                  uint8_t retries = 2, const std::string& record = "A") {
  Target target;
  target.kind = CheckKind::kDns;
  target.address = Address::Parse("127.0.0.1").value();
  target.timeout = timeout;
  target.retries = retries;
  target.check_settings = CheckSettings();
  target.check_settings->port = server.port();
  target.check_settings->query = "www.example";
  target.check_settings->record = record;
  if (!expect.empty()) target.check_settings->expect = expect;
  return RunChecks(MakeDnsProber, {target})[0];
}

std::string ReasonFor(const std::string& flags, char count = 0, const std::string& records = "",
                      const std::string& expect = "") {
  const NameServer server([&](const auto& query, int) { return Reply(query, flags, count, records); });
  const auto result = Check(server, expect, 500ms);
  CHECK_FALSE(result.ok);
  return result.reason;
}

TEST_CASE("a name server that has the record is up", "[dns_prober]") {
  const NameServer server([](const auto& query, int) { return Reply(query, "\x81\x80", 1, kAddress); });
  const auto any = Check(server);
  CHECK(any.ok);
  CHECK(*any.rtt_ms > 0);
  CHECK(Check(server, "10.0.0.2").ok);
}

TEST_CASE("another answer than the expected one is shown", "[dns_prober]") {
  CHECK(ReasonFor("\x81\x80", 1, kAddress, "10.0.0.1") == "answered 10.0.0.2 instead of 10.0.0.1");
  CHECK(ReasonFor("\x81\x80", 5, kAddress + kAddress + kAddress + kAddress + kAddress, "10.0.0.1") ==
        "answered 10.0.0.2, 10.0.0.2, 10.0.0.2 and 2 more instead of 10.0.0.1");
}

TEST_CASE("a name server that has no answer says why", "[dns_prober]") {
  CHECK(ReasonFor("\x81\x83") == "the name does not exist");
  CHECK(ReasonFor("\x81\x80") == "no A record");
  CHECK(ReasonFor("\x81\x82") == "the name server has failed (SERVFAIL)");
  CHECK(ReasonFor("\x81\x85") == "the name server refuses to answer (REFUSED)");
  CHECK(ReasonFor("\x81\x89") == "the name server answered with error 9");
}

TEST_CASE("a query that was lost, or failed for once, is asked again within the check", "[dns_prober]") {
  const NameServer lossy([](const auto& query, int number) {
    return number == 0 ? "" : number == 1 ? Reply(query, "\x81\x82") : Reply(query, "\x81\x80", 1, kAddress);
  });
  CHECK(Check(lossy, "", 1500ms).ok);
}

TEST_CASE("an answer to the first query counts when it comes after the last", "[dns_prober]") {
  std::string first;
  const NameServer slow([&](const auto& query, int number) {
    if (number == 0) first = query;
    return number < 2 ? "" : Reply(first, "\x81\x80", 1, kAddress);
  });
  CHECK(Check(slow, "", 1500ms).ok);
}

TEST_CASE("answers to other questions are waited through", "[dns_prober]") {
  const NameServer server([](const auto& query, int) {
    auto other = Reply(query, "\x81\x83");
    other[1] = static_cast<char>(other[1] ^ 1);
    return other;
  });
  CHECK(std::string(Check(server, "", 200ms).reason) == "no answer within 0.2 s");
}

TEST_CASE("an answer that is too long for UDP is fetched by TCP", "[dns_prober]") {
  const auto truncated = [](const auto& query, int) { return Reply(query, "\x83\x80"); };
  const std::string whole = "\3www\7example\0\0\1\0\1"s + kAddress;
  const auto length = static_cast<char>(12 + whole.size());
  const NameServer server(truncated, "\0"s + length + "\x81\x80\0\1\0\1\0\0\0\0"s + whole);
  CHECK(Check(server, "10.0.0.2").ok);
  const NameServer broken(truncated, "\0\5xxx"s);
  CHECK(std::string(Check(broken, "", 500ms).reason) ==
        "the answer is too long for UDP, and by TCP: an answer that cannot be read");
}

bool has_edns(const std::string& query) { return query[11] != 0; }

TEST_CASE("a server that refuses EDNS is asked without, and at once", "[dns_prober]") {
  for (const char* refusal : {"\x81\x81", "\x81\x84"})
    for (const uint8_t retries : {uint8_t{0}, uint8_t{2}}) {
      const NameServer server([&](const auto& query, int) {
        return has_edns(query) ? Reply(query, refusal) : Reply(query, "\x81\x80", 1, kAddress);
      });
      const auto result = Check(server, "10.0.0.2", 10s, retries);
      CHECK(result.ok);
      CHECK(*result.rtt_ms < 2000);
    }
}

TEST_CASE("a server that cannot read the question without EDNS either says so", "[dns_prober]") {
  CHECK(ReasonFor("\x81\x81") == "the name server cannot read the question (FORMERR)");
  CHECK(ReasonFor("\x81\x84") == "the name server does not answer such questions (NOTIMP)");
}

TEST_CASE("a server that drops questions with EDNS is asked without", "[dns_prober]") {
  for (const uint8_t retries : {uint8_t{0}, uint8_t{1}, uint8_t{2}}) {
    const NameServer server(
        [](const auto& query, int) { return has_edns(query) ? "" : Reply(query, "\x81\x80", 1, kAddress); });
    const auto result = Check(server, "10.0.0.2", 900ms, retries);
    CHECK(result.ok);
    // It is not the server that took so long until it was asked without.
    CHECK(*result.rtt_ms < 300);
  }
}

TEST_CASE("where both are asked at once, what fits into a packet with EDNS is not fetched by TCP", "[dns_prober]") {
  // By TCP it says nothing.
  const NameServer server([](const auto& query, int) {
    return has_edns(query) ? Reply(query, "\x81\x80", 1, kAddress) : Reply(query, "\x83\x80");
  });
  CHECK(Check(server, "10.0.0.2", 1s, 0).ok);
}

TEST_CASE("a name that must not exist is good while it does not", "[dns_prober]") {
  const auto answer = [](const std::string& flags, char count, const std::string& records) {
    const NameServer server([&](const auto& query, int) { return Reply(query, flags, count, records); });
    const auto result = Check(server, "NXDOMAIN", 500ms);
    return result.ok ? "good" : std::string(result.reason);
  };
  CHECK(answer("\x81\x83", 0, "") == "good");
  CHECK(answer("\x81\x80", 1, kAddress) == "answered 10.0.0.2 instead of NXDOMAIN");
  CHECK(answer("\x81\x80", 0, "") == "the name exists, if without A record, instead of NXDOMAIN");
  CHECK(answer("\x81\x85", 0, "") == "the name server refuses to answer (REFUSED)");
}

TEST_CASE("an answer from another address than the one that was asked does not count, and is told of", "[dns_prober]") {
  const Descriptor other(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  inet_pton(AF_INET, "127.0.0.2", &own.sin_addr);
  REQUIRE(bind(other.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
  const NameServer server([](const auto&, int) { return ""; }, "",
                          [&](const auto& query, const sockaddr* asker, socklen_t length) {
                            const auto answer = Reply(query, "\x81\x80", 1, kAddress);
                            sendto(other.get(), answer.data(), answer.size(), 0, asker, length);
                          });
  const auto result = Check(server, "", 200ms);
  CHECK_FALSE(result.ok);
  CHECK(std::string(result.reason) == "no answer from it, but one from 127.0.0.2, within 0.2 s");
}

TEST_CASE("a machine without a name server says so", "[dns_prober]") {
  Target target;
  target.kind = CheckKind::kDns;
  target.address = Address::Parse("127.0.0.1").value();
  target.timeout = 500ms;
  target.check_settings = CheckSettings();
  target.check_settings->query = "www.example";
  {
    const NameServer gone([](const auto&, int) { return ""; });
    target.check_settings->port = gone.port();
  }
  CHECK(std::string(RunChecks(MakeDnsProber, {target})[0].reason) == "port unreachable");
}

}  // namespace
}  // namespace linewatch
