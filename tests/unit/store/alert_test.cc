#include "store/alert.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

Message Of(std::initializer_list<AlertKind> kinds) {
  Message message;
  for (const AlertKind kind : kinds) message.alerts.emplace_back().kind = kind;
  return message;
}

TEST_CASE("an alert is resolved by the end of its own condition", "[alert]") {
  for (const auto& [begin, end] :
       {std::pair(AlertKind::kDown, AlertKind::kRecovery), std::pair(AlertKind::kFlapping, AlertKind::kStable),
        std::pair(AlertKind::kDegraded, AlertKind::kDegradedOver),
        std::pair(AlertKind::kCertificate, AlertKind::kCertificateOver),
        std::pair(AlertKind::kStillBlind, AlertKind::kBlind),
        std::pair(AlertKind::kUnwritable, AlertKind::kWritable)}) {
    INFO(NameOf(begin));
    CHECK(does_end(end, begin));
    CHECK_FALSE(does_end(begin, end));
    CHECK_FALSE(does_end(begin, begin));
    CHECK_FALSE(does_end(end, AlertKind::kTest));
  }
}

TEST_CASE("a host that recovers is not degraded any more, and its certificate is as old as before", "[alert]") {
  CHECK(does_end(AlertKind::kRecovery, AlertKind::kDegraded));
  CHECK_FALSE(does_end(AlertKind::kDegradedOver, AlertKind::kDown));
  CHECK_FALSE(does_end(AlertKind::kRecovery, AlertKind::kCertificate));
  CHECK_FALSE(does_end(AlertKind::kWritable, AlertKind::kStillBlind));
}

TEST_CASE("programs outside know a message by the gravest of its alerts", "[alert]") {
  Message message;
  message.alerts.resize(2);
  message.alerts[0].kind = AlertKind::kStable;
  message.alerts[1].kind = AlertKind::kDegradedOver;
  CHECK(EventOf(message) == "recovery");
  message.alerts[1].kind = AlertKind::kDown;
  CHECK(EventOf(message) == "down");
}

TEST_CASE("an outage is graver than a certificate, and whatever is amiss is graver than a recovery", "[alert]") {
  CHECK(EventOf(Of({AlertKind::kCertificate, AlertKind::kFlapping})) == "flapping");
  CHECK(EventOf(Of({AlertKind::kRecovery, AlertKind::kUnwritable})) == "blind");
  CHECK(EventOf(Of({AlertKind::kWritable})) == "recovery");
  CHECK(EventOf(Of({})) == "test");
}

TEST_CASE("a message names each of its hosts once, in the order of its alerts", "[alert]") {
  Message message = Of({AlertKind::kDown, AlertKind::kStillBlind, AlertKind::kDown, AlertKind::kCertificate});
  message.alerts[0].host = message.alerts[3].host = "b";
  message.alerts[2].host = "a";
  CHECK(HostsOf(message) == std::vector<std::string>{"b", "a"});
}

}  // namespace
}  // namespace linewatch
