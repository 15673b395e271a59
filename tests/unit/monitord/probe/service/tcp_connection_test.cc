#include "monitord/probe/service/tcp_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "tests/unit/catch.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using State = Conversation::State;

const Address kHere = Address::Parse("127.0.0.1").value();

// Until it stands or has failed.
std::optional<State> ConnectWhole(TcpConnection& connection, CheckResult& result) {
  for (int i = 0; i < 100; ++i) {
    const auto state = connection.Connect(result);
    if (state != State::kGoesOn) return state;
    pollfd ready = connection.wait(POLLIN);
    poll(&ready, 1, 1000);
  }
  return State::kGoesOn;
}

void WaitToRead(const TcpConnection& connection) {
  pollfd ready = connection.wait(POLLIN);
  poll(&ready, 1, 10000);
}

TEST_CASE("a connection that stands is waited for as its conversation wants", "[tcp_connection]") {
  const ScriptedServer server([](auto& peer) { peer.Hang(); });
  TcpConnection connection(kHere, server.port());
  CHECK(connection.wait(POLLIN).events == POLLOUT);
  CheckResult result;
  REQUIRE_FALSE(ConnectWhole(connection, result));
  CHECK(connection.is_connected());
  CHECK(connection.wait(POLLIN).events == POLLIN);
  CHECK(std::string(result.reason).empty());
}

TEST_CASE("a port where nobody listens leaves it unanswered", "[tcp_connection]") {
  int port = 0;
  {
    const ScriptedServer gone([](auto&) {});
    port = gone.port();
  }
  TcpConnection connection(kHere, port);
  CheckResult result;
  CHECK(ConnectWhole(connection, result) == State::kUnanswered);
  CHECK(std::string(result.reason) == "connection refused");
  CHECK_FALSE(connection.is_connected());
}

TEST_CASE("a name whose first address refuses is reached by its next one at once", "[tcp_connection]") {
  const ScriptedServer server([](auto& peer) { peer.Hang(); });
  TcpConnection connection(Addresses{Address::Parse("127.0.0.2").value(), kHere}, server.port());
  const auto begun = std::chrono::steady_clock::now();
  CheckResult result;
  REQUIRE_FALSE(ConnectWhole(connection, result));
  CHECK(std::chrono::steady_clock::now() - begun < TcpConnection::kAttemptDelay);
  CHECK(connection.wait(POLLIN).fd == connection.fd());
  std::string received;
  CHECK_FALSE(connection.Read(received, 1));
}

TEST_CASE("a name whose first address does not answer is reached by its next one", "[tcp_connection]") {
  const ScriptedServer server([](auto& peer) { peer.Hang(); });
  // Its queue is full, so that the kernel leaves what comes unanswered.
  const Descriptor deaf(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_storage at{};
  const socklen_t length = Address::Parse("127.0.0.2")->Fill(at, server.port());
  REQUIRE(bind(deaf.get(), reinterpret_cast<const sockaddr*>(&at), length) == 0);
  REQUIRE(listen(deaf.get(), 0) == 0);
  const TcpConnection first(Address::Parse("127.0.0.2").value(), server.port());
  const TcpConnection second(Address::Parse("127.0.0.2").value(), server.port());

  TcpConnection connection(Addresses{Address::Parse("127.0.0.2").value(), kHere}, server.port());
  CheckResult result;
  REQUIRE_FALSE(ConnectWhole(connection, result));
  sockaddr_storage there{};
  socklen_t size = sizeof there;
  REQUIRE(getpeername(connection.fd(), reinterpret_cast<sockaddr*>(&there), &size) == 0);
  CHECK(Address(reinterpret_cast<const sockaddr*>(&there)) == kHere);
  // The time that the first address was waited for is none of the second's.
  CHECK(connection.MillisecondsUntil(std::chrono::steady_clock::now()) < 150);
}

TEST_CASE("a name all of whose addresses refuse is unanswered", "[tcp_connection]") {
  int port = 0;
  {
    const ScriptedServer gone([](auto&) {});
    port = gone.port();
  }
  TcpConnection connection(Addresses{kHere, Address::Parse("127.0.0.2").value(), Address::Parse("127.0.0.3").value()},
                           port);
  CheckResult result;
  CHECK(ConnectWhole(connection, result) == State::kUnanswered);
  CHECK(std::string(result.reason) == "connection refused");
  CHECK_FALSE(result.refused_here);
}

TEST_CASE("what has come is read, as far as it is wanted, and then why no more will come", "[tcp_connection]") {
  const ScriptedServer server([](auto& peer) {
    peer.Say("0123456789");
    peer.Line();
  });
  TcpConnection connection(kHere, server.port());
  CheckResult result;
  REQUIRE_FALSE(ConnectWhole(connection, result));
  std::string received;
  WaitToRead(connection);
  CHECK_FALSE(connection.Read(received, 4));
  CHECK(received == "0123");
  CHECK_FALSE(connection.Read(received, 100));
  CHECK(received == "0123456789");
  CHECK_FALSE(connection.Read(received, 100));  // nothing yet
  std::string_view text = "enough\n";
  CHECK(connection.Write(text));
  CHECK(text.empty());
  WaitToRead(connection);
  CHECK(connection.Read(received, 100) == "connection closed");
}

TEST_CASE("errors of sockets are sentences, and want of room is nobody's fault", "[tcp_connection]") {
  const auto reason = [](int error, bool is_refused_here = false) {
    CheckResult result;
    FailBySocketError(error, is_refused_here, result);
    CHECK(result.refused_here == (is_refused_here && error != ECONNREFUSED));
    return std::string(result.reason);
  };
  CHECK(reason(EHOSTUNREACH) == "host unreachable");
  CHECK(reason(ENETUNREACH) == "network unreachable");
  CHECK(reason(EACCES) == "administratively prohibited");
  CHECK(reason(ECONNRESET) == "connection reset");
  CHECK(reason(ETIMEDOUT) == "no connection: Connection timed out");
  CHECK(reason(ENETUNREACH, true) == "cannot connect: Network is unreachable");
  CHECK(reason(ECONNREFUSED, true) == "connection refused");
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL})
    CHECK_THROWS_AS(reason(error), std::system_error);
}

TEST_CASE("a length of time is that since the beginning, however old the turn's clock is", "[tcp_connection]") {
  const auto begun = std::chrono::steady_clock::now();
  CHECK(MillisecondsSince(begun, begun + 250ms) == 250);
  CHECK(MillisecondsSince(begun, begun - 1s) >= 0);
}

}  // namespace
}  // namespace linewatch
