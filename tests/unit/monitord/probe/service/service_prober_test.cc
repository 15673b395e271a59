#include "monitord/probe/service/service_prober.h"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <system_error>

#include "store/file/descriptor.h"
#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/run_checks.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// What every conversation finds, until the test says something else.
struct Network {
  Conversation::State state = Conversation::State::kGoesOn;
  bool is_connected = false, has_room = true, refuses_here = false;
  int opened = 0, open = 0;
  int fd = -1;  // that is waited for
  std::vector<std::string> addresses;
};

class FakeConversation : public Conversation {
 public:
  explicit FakeConversation(Network& network) : network_(network) { ++network_.open; }
  ~FakeConversation() override { --network_.open; }
  FakeConversation(const FakeConversation&) = delete;
  FakeConversation& operator=(const FakeConversation&) = delete;

  State Work(SteadyTime, CheckResult& result) override {
    if (!network_.has_room) throw std::system_error(EMFILE, std::generic_category());
    result.refused_here = network_.refuses_here;
    result.ok = network_.state == State::kAnswered;
    if (network_.state == State::kUnanswered) result.reason = "connection refused";
    return network_.state;
  }
  pollfd wait() const override { return {network_.fd, POLLIN, 0}; }
  bool is_connected() const override { return network_.is_connected; }
  std::string_view awaited() const override { return "answer"; }

 private:
  Network& network_;
};

// Its time is the test's: nothing here waits.
class FakeProber : public ServiceProber {
 public:
  FakeProber(Done done, Network& network, size_t most_at_once = kMostAtOnce)
      : ServiceProber(
            std::move(done),
            [&network](const Target&, const Addresses& addresses, Place) {
              ++network.opened;
              network.addresses.push_back(addresses.front().Text());
              return std::make_unique<FakeConversation>(network);
            },
            most_at_once) {}
  using ServiceProber::GoOn;
};

struct Site {
  explicit Site(size_t count, size_t most_at_once = ServiceProber::kMostAtOnce)
      : targets(count),
        round_trips(count),
        results(count),
        prober([this](const Check& check) { done.push_back(static_cast<size_t>(check.result - results.data())); },
               network, most_at_once) {
    for (Target& target : targets) {
      target.address = Address::Parse("10.0.0.1").value();
      target.interval = 10s;
      target.timeout = 1s;
      target.retries = 2;
    }
  }
  void Start() {
    std::vector<Check> checks;
    for (size_t i = 0; i < targets.size(); ++i) checks.push_back({&targets[i], &round_trips[i], &results[i], 0});
    prober.Start(checks, begin);
  }
  // Time goes by, and the prober works as often as it wants to.
  void Pass(std::chrono::milliseconds until) {
    for (auto wake = prober.wake_at(); wake < begin + until; wake = prober.wake_at()) prober.Work(wake);
    prober.Work(begin + until);
  }
  std::string reason(size_t i = 0) const { return results[i].reason; }

  Network network;
  std::vector<Target> targets;
  std::vector<RoundTrip> round_trips;
  std::vector<CheckResult> results;
  std::vector<size_t> done;
  const SteadyTime begin = steady_clock::now() + 1h;  // no later than any clock that is read meanwhile
  FakeProber prober;
};

TEST_CASE("a service that answers is up at once, and nothing is left open", "[service_prober]") {
  Site site(2);
  site.network.state = Conversation::State::kAnswered;
  site.Start();
  CHECK(site.done == std::vector<size_t>{0, 1});
  CHECK(site.results[0].ok);
  CHECK(site.results[0].sent == site.begin);
  CHECK(site.results[0].has_left);
  CHECK(site.network.open == 0);
  CHECK(site.prober.wake_at() == SteadyTime::max());
}

TEST_CASE("a service that never answers has failed at the deadline, not before", "[service_prober]") {
  Site site(1);
  site.Start();
  site.Pass(990ms);
  CHECK(site.done.empty());
  site.Pass(1002ms);
  REQUIRE(site.done.size() == 1);
  CHECK_FALSE(site.results[0].ok);
  CHECK(site.reason() == "no answer within 1 s");
  CHECK(site.results[0].void_reason == VoidReason::kNone);
  CHECK(site.network.open == 0);
}

TEST_CASE("a silent service is tried again as often as it may be, one try at a time", "[service_prober]") {
  Site site(1);
  site.round_trips[0].Add(10ms);
  site.Start();
  CHECK(site.network.opened == 1);
  site.Pass(999ms);
  CHECK(site.network.opened == 3);
  CHECK(site.network.open == 1);
}

TEST_CASE("a far host has the time that it takes to connect, and one not known yet has all of it", "[service_prober]") {
  Site site(2);
  for (int i = 0; i < 10; ++i) site.round_trips[0].Add(700ms);
  site.Start();
  site.Pass(999ms);
  CHECK(site.network.opened == 2);
}

TEST_CASE("a service that has shown that it is there is waited for", "[service_prober]") {
  Site site(1);
  site.network.is_connected = true;
  site.Start();
  site.Pass(999ms);
  CHECK(site.network.opened == 1);
  site.network.state = Conversation::State::kAnswered;
  site.prober.GoOn(0, site.begin + 999ms);
  CHECK(site.results[0].ok);
}

TEST_CASE("a refused connection is tried again later, and the last refusal is the reason", "[service_prober]") {
  Site site(1);
  site.network.state = Conversation::State::kUnanswered;
  site.Start();
  CHECK(site.network.opened == 1);
  CHECK(site.network.open == 0);
  CHECK(site.done.empty());
  site.Pass(999ms);
  CHECK(site.network.opened == 3);
  REQUIRE(site.done.size() == 1);
  CHECK(site.reason() == "connection refused");
}

TEST_CASE("a second try that succeeds makes the check good", "[service_prober]") {
  Site site(1);
  site.network.state = Conversation::State::kUnanswered;
  site.network.refuses_here = true;
  site.Start();
  CHECK_FALSE(site.results[0].has_left);
  site.network = {.state = Conversation::State::kAnswered, .addresses = {}};
  site.Pass(999ms);
  REQUIRE(site.done.size() == 1);
  CHECK(site.results[0].ok);
  CHECK(site.reason().empty());
  CHECK(site.results[0].has_left);
  CHECK_FALSE(site.results[0].refused_here);
}

TEST_CASE("what this machine has no room for says nothing about the service", "[service_prober]") {
  Site site(1);
  site.network.has_room = false;
  site.Start();
  REQUIRE(site.done.size() == 1);
  CHECK(site.results[0].void_reason == VoidReason::kNotSent);
}

TEST_CASE("what cannot be waited for is void, in a later try as well, and is not under way for ever",
          "[service_prober]") {
  Site site(1);
  const Descriptor file(open("/", O_RDONLY | O_CLOEXEC));  // epoll takes none of these
  SECTION("at once") {
    site.network.fd = file.get();
    site.Start();
  }
  SECTION("in its second try") {
    site.round_trips[0].Add(10ms);
    site.Start();
    site.network.fd = file.get();
    site.Pass(900ms);
  }
  REQUIRE(site.done.size() == 1);
  CHECK(site.results[0].void_reason == VoidReason::kNotSent);
  CHECK(site.network.open == 0);
  site.network.fd = -1;
  site.Start();  // the next check is made
  CHECK(site.network.open == 1);
}

TEST_CASE("a process that comes much too late blames nobody", "[service_prober]") {
  Site site(1);
  site.network.is_connected = true;
  site.Start();
  site.prober.Work(site.begin + 1300ms);
  REQUIRE(site.done.size() == 1);
  CHECK_FALSE(site.results[0].ok);
  CHECK(site.results[0].void_reason == VoidReason::kLate);
}

TEST_CASE("more checks than may be under way wait for their turn, and have their whole time then", "[service_prober]") {
  Site site(3, 2);
  site.network.is_connected = true;
  site.Start();
  CHECK(site.network.open == 2);
  site.Pass(1002ms);
  CHECK(site.done.size() == 2);
  CHECK(site.network.open == 1);
  site.Pass(1900ms);
  CHECK(site.done.size() == 2);
  site.network.state = Conversation::State::kAnswered;
  site.prober.GoOn(0, site.begin + 1900ms);
  site.prober.GoOn(1, site.begin + 1900ms);
  CHECK(site.done.size() == 3);
  CHECK(site.results[2].ok);
  CHECK(site.results[2].sent > site.begin + 1s);
}

TEST_CASE("a check whose turn does not come in time is void, not failed", "[service_prober]") {
  Site site(2, 1);
  site.targets[0].timeout = 60s;
  site.network.is_connected = true;
  site.Start();
  site.Pass(8990ms);
  CHECK(site.done.empty());
  site.Pass(9000ms);
  REQUIRE(site.done == std::vector<size_t>{1});
  CHECK(site.results[1].void_reason == VoidReason::kCrowded);
  CHECK_FALSE(site.results[1].ok);
  CHECK(site.network.opened == 1);
}

TEST_CASE("a service for whose name nobody was asked is void, not down", "[service_prober]") {
  Site site(1);
  site.targets[0].address = Address();
  site.targets[0].name = std::string("localhost");
  const NoThreads none;
  site.Start();
  site.Pass(1002ms);
  REQUIRE(site.done.size() == 1);
  CHECK(site.results[0].void_reason == VoidReason::kNoLookUp);
  CHECK(site.network.opened == 0);
}

// With a clock that runs, for the names are looked up in threads.
CheckResult CheckName(const std::string& name, Network& network) {
  Target target;
  target.name = name;
  target.timeout = 2s;
  const auto make = [&](Prober::Done done) { return std::make_unique<FakeProber>(std::move(done), network); };
  return RunChecks(make, {target})[0];
}

TEST_CASE("a service goes by its name, and a name that nobody can have has failed", "[service_prober]") {
  Network network{.state = Conversation::State::kAnswered, .addresses = {}};
  CHECK(CheckName("localhost", network).ok);
  REQUIRE(network.addresses.size() == 1);
  CHECK((network.addresses[0] == "127.0.0.1" || network.addresses[0] == "::1"));
  const auto result = CheckName(std::string(64, 'x') + ".invalid", network);
  CHECK_FALSE(result.ok);
  CHECK_FALSE(std::string(result.reason).empty());
  CHECK(network.addresses.size() == 1);
}

}  // namespace
}  // namespace linewatch
