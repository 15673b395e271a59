#include "monitord/probe/look_ups.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using State = Resolver::Answer::State;

// Name servers that answer 10.0.0.1, from Release on.
class Servers {
 public:
  ~Servers() { Release(); }
  Resolver::LookUp look_up() const {
    return [released = released_, asked = asked_](const std::string&, int) -> Resolver::Result {
      ++*asked;
      released.wait();
      return {{State::kFound, {Address::Parse("10.0.0.1").value()}, ""}};
    };
  }
  void Release() {
    if (!std::exchange(is_released_, true)) release_.set_value();
  }

  // Whether they were asked that often within 10 s.
  bool WaitForAsked(int count) const {
    const auto end = steady_clock::now() + 10s;
    while (*asked_ < count && steady_clock::now() < end) std::this_thread::yield();
    return *asked_ >= count;
  }

 private:
  std::promise<void> release_;
  const std::shared_future<void> released_ = release_.get_future().share();
  const std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
  bool is_released_ = false;
};

// The next `count` places that may go on, in order; fewer if there are none for 10 s.
std::vector<uint16_t> Answered(LookUps& look_ups, size_t count) {
  std::vector<uint16_t> places;
  pollfd ready{look_ups.fd(), POLLIN, 0};
  while (places.size() < count && poll(&ready, 1, 10000) == 1)
    for (const uint16_t place : look_ups.TakeAnswered()) places.push_back(place);
  std::sort(places.begin(), places.end());
  return places;
}

struct Site {
  Servers servers;
  LookUps look_ups{servers.look_up()};
  const SteadyTime now = steady_clock::now();

  State Find(uint16_t place, const std::string& name) { return look_ups.Find(place, name, AF_UNSPEC, now).state; }
};

TEST_CASE("all checks of a name go on when it has been looked up, each once", "[look_ups]") {
  Site site;
  CHECK(site.Find(1, "one.example") == State::kPending);
  CHECK(site.Find(2, "one.example") == State::kPending);
  CHECK(site.Find(2, "one.example") == State::kPending);  // a check that cannot wait to hear
  CHECK(site.Find(3, "two.example") == State::kPending);
  site.servers.Release();
  CHECK(Answered(site.look_ups, 3) == std::vector<uint16_t>{1, 2, 3});
  CHECK(site.look_ups.TakeAnswered().empty());
  CHECK(site.look_ups.Find(2, "one.example", AF_UNSPEC, site.now).addresses[0] == Address::Parse("10.0.0.1"));
}

TEST_CASE("a check that has ended, or waits for another name now, is not woken by the first one", "[look_ups]") {
  Site site;
  for (const uint16_t place : std::initializer_list<uint16_t>{1, 2, 3})
    CHECK(site.Find(place, "one.example") == State::kPending);
  site.look_ups.StopWaiting(2);
  site.look_ups.StopWaiting(2);  // of one that does not wait it is nothing
  CHECK(site.Find(3, "two.example") == State::kPending);
  site.servers.Release();
  CHECK(Answered(site.look_ups, 2) == std::vector<uint16_t>{1, 3});
  CHECK(site.look_ups.TakeAnswered().empty());
}

TEST_CASE("a name that nobody is asked for is told from one that nobody answers", "[look_ups]") {
  Site site;
  {
    const NoThreads none;
    CHECK(site.Find(1, "one.example") == State::kPending);
  }
  CHECK(site.look_ups.WasAskedTooLate(1, 1s, site.now + 1s));
  CHECK_FALSE(site.look_ups.WasAskedTooLate(2, 1s, site.now + 1s));  // it waits for no name
  site.look_ups.StopWaiting(1);
  site.Find(2, "two.example");
  REQUIRE(site.servers.WaitForAsked(2));
  CHECK_FALSE(site.look_ups.WasAskedTooLate(2, 1h, site.now + 1h));
  CHECK_FALSE(site.look_ups.WasAskedTooLate(1, 1s, site.now + 1s));
}

}  // namespace
}  // namespace linewatch
