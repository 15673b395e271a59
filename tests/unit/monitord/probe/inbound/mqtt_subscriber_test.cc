#include "monitord/probe/inbound/mqtt_subscriber.h"

#include <sys/resource.h>

#include <algorithm>
#include <functional>
#include <future>
#include <initializer_list>
#include <string>
#include <utility>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/until.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// Bytes; it only grows.
size_t PeakMemory() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<size_t>(used.ru_maxrss) * 1024;
}

void SayAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

TEST_CASE("a machine without a thread to give is the reason of a silence, and the broker's host is called later",
          "[mqtt_subscriber]") {
  std::promise<void> called;
  const ScriptedServer broker([&, is_first = true](auto& peer) mutable {
    if (std::exchange(is_first, false)) called.set_value();
    peer.Hang();
  });
  const auto inbox = std::make_shared<Inbox>();
  Target target;
  target.id = "a";
  target.kind = CheckKind::kMqtt;
  target.check_settings = CheckSettings{};
  target.check_settings->topic = "sensors/a";
  target.check_settings->max_age = 60s;
  const auto now = std::chrono::steady_clock::now();
  inbox->Watch({target}, now);

  MqttSubscriber subscriber(inbox);
  Config::Mqtt settings;
  settings.host = "127.0.0.1";
  settings.port = broker.port();
  subscriber.Use(settings);
  const std::string silence =
      "no message in 61 s of watching: no connection to the broker 127.0.0.1:" + std::to_string(broker.port());
  {
    const NoThreads none;
    subscriber.Watch({target});
    subscriber.KeepRunning();
    CHECK(inbox->VerdictOn("a", now + 61s).reason ==
          silence + ", for this machine has no thread to give: resource temporarily unavailable");
  }
  subscriber.KeepRunning();
  CHECK(called.get_future().wait_for(10s) == std::future_status::ready);
  CHECK(inbox->VerdictOn("a", now + 61s).reason == silence + " yet");
  CHECK(subscriber.Stop());
}

// One host at the topic "sensors/a", and a broker that answers as it was told to.
struct Watched {
  explicit Watched(std::function<void(ScriptedServer::Connection&)> serve) : broker(std::move(serve)) {
    target.id = "a";
    target.kind = CheckKind::kMqtt;
    target.check_settings = CheckSettings{};
    target.check_settings->topic = "sensors/a";
    target.check_settings->max_age = 60s;
    inbox->Watch({target}, std::chrono::steady_clock::now());
    Config::Mqtt settings;
    settings.host = "127.0.0.1";
    settings.port = broker.port();
    subscriber.Use(settings);
    subscriber.Watch({target});
  }
  std::string name() const { return "the broker 127.0.0.1:" + std::to_string(broker.port()); }
  Verdict Now() const { return inbox->VerdictOn("a", std::chrono::steady_clock::now()); }
  Verdict InAMinute() const { return inbox->VerdictOn("a", std::chrono::steady_clock::now() + 61s); }

  const std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();
  Target target;
  ScriptedServer broker;
  MqttSubscriber subscriber{inbox};
};

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}
// One whole packet, of less than 128 bytes.
std::string Hear(ScriptedServer::Connection& peer) {
  const std::string head = peer.Bytes(2);
  return head.size() < 2 ? "" : head + peer.Bytes(static_cast<unsigned char>(head[1]));
}
// The answer to a subscription, by its number.
std::string Answer(const std::string& subscription, std::initializer_list<int> codes) {
  return Bytes({0x90, static_cast<int>(codes.size()) + 2}) + subscription.substr(2, 2) + Bytes(codes);
}

TEST_CASE("a subscription that the broker refuses is told as that at once", "[mqtt_subscriber]") {
  SECTION("by MQTT 5, with a reason") {
    const Watched watched([](auto& peer) {
      Hear(peer);
      peer.Say(Bytes({0x20, 3, 0, 0, 0}));
      peer.Say(Answer(Hear(peer), {0, 0x87}));
      peer.Hang();
    });
    CHECK(Until([&] { return watched.Now().kind == Verdict::Kind::kBad; }));
    CHECK(watched.Now().reason == watched.name() + " refuses the subscription: not authorized");
  }
  SECTION("by MQTT 3.1.1, which has none") {
    const Watched watched([](auto& peer) {
      const bool is_five = Hear(peer).at(8) == 5;
      peer.Say(is_five ? Bytes({0x20, 2, 0, 1}) : Bytes({0x20, 2, 0, 0}));
      if (is_five) return;
      peer.Say(Answer(Hear(peer), {0x80}));
      peer.Hang();
    });
    CHECK(Until([&] { return watched.Now().kind == Verdict::Kind::kBad; }));
    CHECK(watched.Now().reason == watched.name() + " refuses the subscription");
  }
}

TEST_CASE("a broker that speaks MQTT 3.1.1 alone is spoken to in that", "[mqtt_subscriber]") {
  const std::string how = GENERATE("says so", "closes", "says what is none");
  const Watched watched([how](auto& peer) {
    const bool is_five = Hear(peer).at(8) == 5;
    if (is_five && how == "says so") peer.Say(Bytes({0x20, 2, 0, 1}));
    if (is_five && how == "says what is none") peer.Say(Bytes({0, 0}));
    if (is_five) return;
    peer.Say(Bytes({0x20, 2, 0, 0}));
    peer.Say(Answer(Hear(peer), {0}));
    peer.Say(Bytes({0x30, 12, 0, 9}) + "sensors/a" + "1");
    peer.Hang();
  });
  CHECK(Until([&] { return watched.Now().kind == Verdict::Kind::kGood; }));
}

TEST_CASE("a broker that speaks another MQTT altogether is told as that", "[mqtt_subscriber]") {
  const Watched watched([](auto& peer) {
    Hear(peer);
    peer.Say(Bytes({0x20, 2, 0, 1}));
  });
  const std::string reason = watched.name() + " speaks neither MQTT 5 nor MQTT 3.1.1";
  CHECK(Until([&] { return watched.InAMinute().reason.ends_with(reason); }));
}

TEST_CASE("a message of 100 MB counts, and takes no memory", "[mqtt_subscriber]") {
  const Watched watched([](auto& peer) {
    const bool is_five = Hear(peer).at(8) == 5;
    peer.Say(is_five ? Bytes({0x20, 2, 0, 1}) : Bytes({0x20, 2, 0, 0}));
    if (is_five) return;
    peer.Say(Answer(Hear(peer), {0}));
    constexpr size_t kPiece = 1 << 20, kSize = 100 * kPiece;
    // 0x6400000 in groups of seven bits, lowest first.
    peer.Say(Bytes({0x30, 0x80, 0x80, 0x80, 0x32, 0, 9}) + "sensors/a");
    const std::string piece(kPiece, 'x');
    for (size_t sent = 11; sent < kSize; sent += kPiece)
      SayAll(peer.fd(), std::string_view(piece).substr(0, std::min(kPiece, kSize - sent)));
    peer.Hang();
  });
  const size_t before = PeakMemory();
  CHECK(Until([&] { return watched.Now().kind == Verdict::Kind::kGood; }));
  CHECK(PeakMemory() - before < 8 << 20);
}

}  // namespace
}  // namespace linewatch
