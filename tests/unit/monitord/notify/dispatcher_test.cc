#include "monitord/notify/dispatcher.h"

#include <poll.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"

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

TEST_CASE("a send for which somebody waits is cancelled sooner", "[dispatcher]") {
  Server hanging;
  Dispatcher dispatcher;
  dispatcher.Start("test", std::make_unique<NotifierOf>(hanging), MessageWith("hangs"), kStart, seconds(9));
  dispatcher.CancelOverdue(kStart + seconds(9));
  CHECK(dispatcher.is_under_way("test"));
  dispatcher.CancelOverdue(kStart + seconds(9) + milliseconds(1));
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

TEST_CASE("a machine without a thread to give is like a server that cannot be reached", "[dispatcher]") {
  Server good;
  good.answers = true;
  Dispatcher dispatcher;
  {
    const NoThreads none;
    dispatcher.Start("smtp", std::make_unique<NotifierOf>(good), MessageWith("first"), kStart);
  }
  CHECK_FALSE(dispatcher.is_under_way("smtp"));
  const auto ended = Await(dispatcher);
  CHECK(ended.message.subject == "first");
  CHECK(ended.delivery.result == Delivery::Result::kDeferred);
  CHECK(ended.delivery.answer == "Resource temporarily unavailable");
  dispatcher.Start("smtp", std::make_unique<NotifierOf>(good), MessageWith("second"), kStart);
  CHECK(Await(dispatcher).delivery.result == Delivery::Result::kAccepted);
}

class Faulty : public Notifier {
 public:
  Delivery Send(const Message&) override { throw std::runtime_error("a fault that this test makes"); }
  void Cancel() override {}
};

TEST_CASE("a channel with a fault holds up nothing that comes after", "[dispatcher]") {
  Dispatcher dispatcher;
  for (int i = 0; i < 2; ++i) {
    dispatcher.Start("smtp", std::make_unique<Faulty>(), MessageWith("subject"), kStart);
    const auto ended = Await(dispatcher);
    CHECK(ended.delivery.result == Delivery::Result::kDeferred);
    CHECK(ended.delivery.answer == "a fault that this test makes");
    CHECK_FALSE(dispatcher.is_under_way("smtp"));
  }
}

}  // namespace
}  // namespace linewatch
