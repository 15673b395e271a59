#include "monitord/probe/inbound/mqtt_subscriber.h"

#include <future>
#include <string>
#include <utility>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/scripted_server.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

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

}  // namespace
}  // namespace linewatch
