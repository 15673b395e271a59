#include "monitord/notify/dispatcher.h"

#include <poll.h>

#include <condition_variable>
#include <mutex>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A server that answers when it is told to, or when it is asked no more.
struct Server {
  std::mutex mutex;
  std::condition_variable changed;
  bool answers = false, is_cancelled = false;
};

class NotifierOf : public Notifier {
 public:
  explicit NotifierOf(Server& server) : server_(server) {}
  Delivery Send(const Message& message) override {
    std::unique_lock lock(server_.mutex);
    server_.changed.wait_for(lock, seconds(20), [&] { return server_.answers || server_.is_cancelled; });
    Delivery delivery;
    delivery.result = server_.answers ? Delivery::Result::kAccepted : Delivery::Result::kDeferred;
    delivery.answer = message.subject;
    return delivery;
  }
  void Cancel() override {
    const std::lock_guard lock(server_.mutex);
    server_.is_cancelled = true;
    server_.changed.notify_all();
  }

 private:
  Server& server_;
};

Message MessageWith(const std::string& subject) {
  Message message;
  message.subject = subject;
  return message;
}

Dispatcher::Ended Await(Dispatcher& dispatcher) {
  for (;;) {
    pollfd ready{dispatcher.fd(), POLLIN, 0};
    REQUIRE(poll(&ready, 1, 20000) == 1);
    if (auto ended = dispatcher.Take()) return *std::move(ended);
  }
}

const SteadyTime kStart = std::chrono::steady_clock::now();

TEST_CASE("a channel whose server hangs does not hold up another", "[dispatcher]") {
  Server hanging, good;
  good.answers = true;
  Dispatcher dispatcher;
  dispatcher.Start("smtp", std::make_unique<NotifierOf>(hanging), MessageWith("hangs"), kStart);
  dispatcher.Start("slack", std::make_unique<NotifierOf>(good), MessageWith("good"), kStart);
  const auto ended = Await(dispatcher);
  CHECK(ended.name == "slack");
  CHECK(ended.delivery.result == Delivery::Result::kAccepted);
  CHECK(ended.message.subject == "good");
  CHECK(dispatcher.is_under_way("smtp"));
  CHECK_FALSE(dispatcher.is_under_way("slack"));
  CHECK(dispatcher.Stop(seconds(20)));
}

TEST_CASE("a send that takes too long is cancelled", "[dispatcher]") {
  Server hanging;
  Dispatcher dispatcher;
  dispatcher.Start("smtp", std::make_unique<NotifierOf>(hanging), MessageWith("hangs"), kStart);
  dispatcher.CancelOverdue(kStart + Dispatcher::kLongest);
  CHECK(dispatcher.is_under_way("smtp"));
  dispatcher.CancelOverdue(kStart + Dispatcher::kLongest + milliseconds(1));
  CHECK(Await(dispatcher).delivery.result == Delivery::Result::kDeferred);
}

TEST_CASE("a stop waits for no server", "[dispatcher]") {
  Server hanging;
  Dispatcher dispatcher;
  CHECK(dispatcher.Stop(milliseconds(0)));
  dispatcher.Start("smtp", std::make_unique<NotifierOf>(hanging), MessageWith("hangs"), kStart);
  CHECK(dispatcher.Stop(seconds(20)));
  CHECK(hanging.is_cancelled);
}

}  // namespace
}  // namespace linewatch
