#include "monitord/net/resolver.h"

#include <poll.h>

#include <atomic>
#include <future>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using State = Resolver::Answer::State;

Resolver::Result Found(const std::string& address) { return {{State::kFound, {Address::Parse(address).value()}, ""}}; }
Resolver::Result Failed(const std::string& reason, bool is_gone = false) {
  return {{State::kFailed, {}, reason}, is_gone};
}

// Name servers that answer 10.0.0.1 until they are told otherwise. Names that begin with "hanging" are answered when it
// is destroyed, or by Release.
class Servers {
 public:
  ~Servers() { Release(); }
  Resolver::LookUp look_up() {
    return [shared = shared_](const std::string& name, int) {
      ++shared->asked;
      if (name.starts_with("hanging")) shared->released.wait();
      const std::lock_guard lock(shared->mutex);
      const auto found = shared->results.find(name);
      return found == shared->results.end() ? Found("10.0.0.1") : found->second;
    };
  }
  void Set(const std::string& name, Resolver::Result result) {
    const std::lock_guard lock(shared_->mutex);
    shared_->results[name] = std::move(result);
  }
  void Release() {
    if (!std::exchange(is_released_, true)) shared_->release.set_value();
  }
  int asked() const { return shared_->asked; }
  // Whether they were asked that often within 10 s.
  bool WaitForAsked(int count) const {
    const auto end = steady_clock::now() + 10s;
    while (asked() < count && steady_clock::now() < end) std::this_thread::yield();
    return asked() >= count;
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::map<std::string, Resolver::Result> results;
    std::atomic<int> asked = 0;
    std::promise<void> release;
    std::shared_future<void> released = release.get_future().share();
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  bool is_released_ = false;
};

// The next `count` names that are answered.
std::set<std::string> Answered(Resolver& resolver, size_t count) {
  std::set<std::string> names;
  while (names.size() < count) {
    pollfd ready{resolver.fd(), POLLIN, 0};
    if (poll(&ready, 1, 10000) != 1) throw std::runtime_error("no answer within 10 s");
    for (const std::string& name : resolver.TakeAnswered()) names.insert(name);
  }
  return names;
}

TEST_CASE("names do not wait behind look-ups that hang", "[resolver]") {
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  for (int i = 0; i < 15; ++i) {
    resolver.Find("hanging" + std::to_string(i), now);
    resolver.Find("quick" + std::to_string(i), now);
  }
  for (const std::string& name : Answered(resolver, 15)) {
    CHECK(name.starts_with("quick"));
    CHECK(resolver.Find(name, now).state == State::kFound);
  }
  CHECK(resolver.Find("hanging0", now).state == State::kPending);
}

TEST_CASE("names for which every thread hangs wait, and nobody was asked for them meanwhile", "[resolver]") {
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  for (size_t i = 0; i < Resolver::kThreads; ++i) resolver.Find("hanging" + std::to_string(i), now);
  REQUIRE(servers.WaitForAsked(static_cast<int>(Resolver::kThreads)));
  resolver.Find("late", now + 1s);
  CHECK(resolver.WaitedFor("late", AF_UNSPEC, now + 1s, now + 3s) == 2s);
  CHECK(resolver.WaitedFor("late", AF_UNSPEC, now + 2s, now + 3s) == 1s);
  CHECK(resolver.WaitedFor("hanging7", AF_UNSPEC, now + 2s, now + 3s) == 0s);
  servers.Release();
  CHECK(Answered(resolver, Resolver::kThreads + 1).contains("late"));
}

TEST_CASE("a name for which there was no thread is looked up as soon as there is one", "[resolver]") {
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  {
    const NoThreads none;
    CHECK(resolver.Find("a.example", now).state == State::kPending);
    CHECK(resolver.WaitedFor("a.example", AF_UNSPEC, now, now + 1s) == 1s);
  }
  CHECK(resolver.Find("a.example", now + 1s).state == State::kPending);
  CHECK(Answered(resolver, 1) == std::set<std::string>{"a.example"});
  CHECK(resolver.Find("a.example", now + 1s).addresses[0].Text() == "10.0.0.1");
}

TEST_CASE("an address is looked up again after a minute, and serves until the new one is known", "[resolver]") {
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  resolver.Find("a.example", now);
  Answered(resolver, 1);
  servers.Set("a.example", Found("10.0.0.2"));
  CHECK(resolver.Find("a.example", now + 59s).addresses[0].Text() == "10.0.0.1");
  CHECK(servers.asked() == 1);
  CHECK(resolver.Find("a.example", steady_clock::now() + 60s).addresses[0].Text() == "10.0.0.1");
  Answered(resolver, 1);
  CHECK(resolver.Find("a.example", now).addresses[0].Text() == "10.0.0.2");
  CHECK(servers.asked() == 2);
}

TEST_CASE("a resolver in trouble takes no address away, a name that is gone has none", "[resolver]") {
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  const auto look_up_again = [&](std::chrono::minutes later) {
    resolver.Find("a.example", steady_clock::now() + later);
    Answered(resolver, 1);
    return resolver.Find("a.example", now);
  };
  CHECK(look_up_again(0min).state == State::kFound);
  servers.Set("a.example", Failed("the server has failed"));
  CHECK(look_up_again(2min).state == State::kFound);
  servers.Set("a.example", Failed("the name does not exist", true));
  const auto gone = look_up_again(4min);
  CHECK(gone.state == State::kFailed);
  CHECK(gone.reason == "the name does not exist");
}

TEST_CASE("a name that could not be looked up is not asked for at once again, then anew", "[resolver]") {
  Servers servers;
  servers.Set("a.example", Failed("the server has failed"));
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  resolver.Find("a.example", now);
  Answered(resolver, 1);
  CHECK(resolver.Find("a.example", now + 4s).reason == "the server has failed");
  CHECK(servers.asked() == 1);
  CHECK(resolver.Find("a.example", steady_clock::now() + 5s).state == State::kPending);
  Answered(resolver, 1);
  CHECK(servers.asked() == 2);
}

TEST_CASE("what is thrown in a look-up is its failure", "[resolver]") {
  Resolver resolver([](const std::string&, int) -> Resolver::Result { throw std::runtime_error("no memory"); });
  const auto now = steady_clock::now();
  resolver.Find("a.example", now);
  Answered(resolver, 1);
  CHECK(resolver.Find("a.example", now).reason == "the name could not be resolved: no memory");
}

TEST_CASE("the address that works stands first, as long as the name leads to it", "[resolver]") {
  const auto found = [](std::initializer_list<const char*> texts) {
    Resolver::Result result{{State::kFound, {}, ""}};
    for (const char* text : texts) result.answer.addresses.push_back(Address::Parse(text).value());
    return result;
  };
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto first_after = [&](std::chrono::minutes later) {
    resolver.Find("a.example", steady_clock::now() + later);
    Answered(resolver, 1);
    return resolver.Find("a.example", steady_clock::now()).addresses[0].Text();
  };
  servers.Set("a.example", found({"2001:db8::1", "10.0.0.1", "10.0.0.2"}));
  CHECK(first_after(0min) == "2001:db8::1");
  resolver.Prefer("a.example", AF_UNSPEC, Address::Parse("10.0.0.2").value());
  const auto answer = resolver.Find("a.example", steady_clock::now());
  REQUIRE(answer.addresses.size() == 3);
  CHECK(answer.addresses[0].Text() == "10.0.0.2");
  CHECK(answer.addresses[1].Text() == "2001:db8::1");
  CHECK(first_after(2min) == "10.0.0.2");  // looked up anew
  servers.Set("a.example", found({"2001:db8::1", "10.0.0.1"}));
  CHECK(first_after(4min) == "2001:db8::1");
  resolver.Prefer("unknown.example", AF_UNSPEC, Address::Parse("10.0.0.2").value());
}

TEST_CASE("names that nobody asks for are forgotten", "[resolver]") {
  Servers servers;
  Resolver resolver(servers.look_up());
  const auto now = steady_clock::now();
  resolver.Find("a.example", now);
  resolver.Find("b.example", now + 1h);
  Answered(resolver, 2);
  resolver.Forget(now + 30min);
  CHECK(resolver.Find("b.example", now + 1h).state == State::kFound);
  CHECK(resolver.Find("a.example", now + 1h).state == State::kPending);
}

TEST_CASE("the system says which address there is, or that there is none of this family", "[resolver]") {
  CHECK(Resolver::AskSystem("127.0.0.1", AF_UNSPEC).answer.addresses[0].Text() == "127.0.0.1");
  const auto missing = Resolver::AskSystem("127.0.0.1", AF_INET6);
  CHECK(missing.answer.state == State::kFailed);
  CHECK(missing.answer.reason == "the name has no IPv6 address");
  CHECK(missing.is_gone);
}

}  // namespace
}  // namespace linewatch
