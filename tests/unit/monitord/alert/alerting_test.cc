#include "monitord/alert/alerting.h"

#include <poll.h>

#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include "tests/unit/catch.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class TakesAll : public Notifier {
 public:
  Delivery Send(const Message&) override { return {Delivery::Result::kAccepted, "250 ok", false, {}, {}, {}}; }
  void Cancel() override {}
};

int descriptors_left = 1;
bool is_memory_scarce = false;

const std::array<ChannelKind, 2> kChannels = {
    ChannelKind{"good", [](const Config&) -> std::unique_ptr<Notifier> { return std::make_unique<TakesAll>(); }},
    ChannelKind{"scarce", [](const Config&) -> std::unique_ptr<Notifier> {
                  if (descriptors_left == 0) throw std::runtime_error("too many open files");
                  return std::make_unique<TakesAll>();
                }}};

struct Site {
  TempDir folder;
  HostList list;
  Topology topology;
  Config config;
  Alerting alerting;

  explicit Site(std::span<const ChannelKind> channels) : alerting({folder / ".", folder / "."}, channels) {}

  static Moment At(seconds after) { return {FromUnixSeconds(1763800000) + after, SteadyTime(minutes(60)) + after, {}}; }
  void AwaitServer() const {
    pollfd ready{alerting.fd(), POLLIN, 0};
    REQUIRE(poll(&ready, 1, 20000) == 1);
  }
  // Somebody asks for a test message of the channel "good", and for its result as `answer`.
  void AskForTest(const char* answer) {
    alerting.SendTest({At(seconds(0)).wall, Request::Kind::kTest, "", "good", answer}, config, At(seconds(0)));
  }
  // The results of what has left the queue.
  static std::vector<std::string> ResultsOf(const std::vector<Event>& events) {
    std::vector<std::string> results;
    for (const Event& event : events) results.push_back(TextOf(std::get<AlertEvent>(event).result));
    return results;
  }
  // Of a turn: how the subjects of its events begin.
  std::vector<std::string> SubjectsAt(const Moment& now, size_t length) {
    std::vector<std::string> subjects;
    for (const Event& event : alerting.Turn(list, topology, config, now))
      subjects.push_back(std::get<AlertEvent>(event).subject.substr(0, length));
    return subjects;
  }
  std::vector<std::string> Turn(seconds after) { return ResultsOf(alerting.Turn(list, topology, config, At(after))); }
  std::vector<std::string> Stop(seconds after) { return ResultsOf(alerting.Stop(list, topology, config, At(after))); }
};

TEST_CASE("a test message asked for in the moment when another one ends costs neither its answer", "[alerting]") {
  Site site({kChannels.data(), 1});
  site.AskForTest("first");
  site.AwaitServer();
  site.AskForTest("second");
  CHECK(site.Turn(seconds(1)) == std::vector<std::string>{"sent"});
  const AnswerBox answers(site.folder / "answers");
  REQUIRE(answers.Take("first"));
  const auto second = answers.Take("second");
  REQUIRE(second);
  CHECK_FALSE(second->ok);
  site.AskForTest("third");
  site.AwaitServer();
  site.Turn(seconds(2));
  CHECK(answers.Take("third")->ok);
}

// No memory is left in the moment when a message is to be sent.
std::unique_ptr<Notifier> MakeStarved(const Config&) {
  auto notifier = std::make_unique<TakesAll>();
  if (std::exchange(is_memory_scarce, false)) FailNextAllocation();
  return notifier;
}
const std::array<ChannelKind, 1> kStarved = {ChannelKind{"good", MakeStarved}};

TEST_CASE("a test message that cannot be sent for want of memory says so, and the next one can be sent", "[alerting]") {
  Site site(kStarved);
  const AnswerBox answers(site.folder / "answers");
  is_memory_scarce = true;
  CHECK_NOTHROW(site.AskForTest("first"));
  const auto first = answers.Take("first");
  REQUIRE(first);
  CHECK_FALSE(first->ok);
  site.AskForTest("second");
  site.AwaitServer();
  site.Turn(seconds(1));
  CHECK(answers.Take("second")->ok);
}

TEST_CASE("a machine that is out of descriptors sends its messages when it has some again", "[alerting]") {
  Site site({kChannels.data() + 1, 1});
  site.alerting.NotifyOfBlindness(Site::At(-minutes(10)).wall, site.config, Site::At(seconds(0)));
  CHECK(site.Turn(seconds(10)) == std::vector<std::string>{"logged"});
  descriptors_left = 0;
  site.alerting.Send(site.config, Site::At(seconds(10)));
  descriptors_left = 1;
  CHECK(site.Turn(seconds(16)).empty());
  site.alerting.Send(site.config, Site::At(seconds(16)));
  site.AwaitServer();
  CHECK(site.Turn(seconds(17)) == std::vector<std::string>{"sent"});
}

TEST_CASE("a disk that takes nothing alerts once it has lasted, and when it takes something again", "[alerting]") {
  Site site({kChannels.data(), 1});
  site.config.digest_window = seconds(0);
  const std::string full = "No space left on device in /data";
  const auto at = [&](int after, const std::optional<std::string>& failure) {
    site.alerting.NotifyOfWriting(failure, site.config, Site::At(seconds(after)));
    return site.SubjectsAt(Site::At(seconds(after)), 13);
  };
  using Subjects = std::vector<std::string>;
  CHECK(at(0, full).empty());
  CHECK(at(99, full).empty());
  CHECK(at(100, full) == Subjects{"NOT RECORDING"});
  CHECK(at(200, full).empty());
  // It was on its way all the time: nobody needs to hear both.
  CHECK(at(300, std::nullopt) == Subjects{"RECORDING aga", "NOT RECORDING"});
  // Not time and again.
  CHECK(at(400, full).empty());
  CHECK(at(600, full).empty());
  CHECK(at(3700, full) == Subjects{"NOT RECORDING"});
}

TEST_CASE("a blindness alerts while it lasts when it lasts long, once, and then that it is over", "[alerting]") {
  Site site({kChannels.data(), 1});
  site.config.digest_window = seconds(0);
  SelfCheck self_check;
  const auto at = [&](int minute) {
    const Moment now = Site::At(minutes(minute));
    site.alerting.NoteSelfCheck(self_check, now);
    return site.SubjectsAt(now, 11);
  };
  const auto record = [&](int minute, bool answers) {
    const Moment now = Site::At(minutes(minute));
    const bool was_blind = self_check.is_blind();
    self_check.Record({.sent = now.wall, .has_uplinks = true, .uplinks_answered = answers, .uplinks_failed = !answers});
    if (was_blind && answers) site.alerting.NotifyOfBlindness(self_check.blind_since(), site.config, now);
  };
  using Subjects = std::vector<std::string>;
  record(0, false);
  CHECK(at(14).empty());
  CHECK(at(15) == Subjects{"BLIND since"});
  CHECK(at(500).empty());
  // It was on its way all the time: nobody needs to hear both.
  record(501, true);
  CHECK(at(501) == Subjects{"BLIND from ", "BLIND since"});
  record(600, false);
  CHECK(at(615) == Subjects{"BLIND since"});
}

TEST_CASE("a disk that takes something again says nothing of a blindness", "[alerting]") {
  Site site({kChannels.data(), 1});
  const std::string full = "No space left on device in /data";
  site.alerting.NotifyOfWriting(full, site.config, Site::At(seconds(0)));
  site.alerting.NotifyOfWriting(full, site.config, Site::At(minutes(10)));
  site.Turn(minutes(11));
  site.alerting.NotifyOfBlindness(Site::At(-minutes(10)).wall, site.config, Site::At(minutes(20)));
  site.alerting.NotifyOfWriting(std::nullopt, site.config, Site::At(minutes(20)));
  const auto events = site.alerting.Turn(site.list, site.topology, site.config, Site::At(minutes(21)));
  REQUIRE(events.size() == 2);
  CHECK(std::get<AlertEvent>(events[0]).subject == "1 BLIND, 1 RECORDING");
}

TEST_CASE("what was accepted in the moment of the end is not sent again by the next run", "[alerting]") {
  Site site({kChannels.data(), 1});
  site.alerting.NotifyOfBlindness(Site::At(-minutes(10)).wall, site.config, Site::At(seconds(0)));
  site.Turn(seconds(10));
  site.alerting.Send(site.config, Site::At(seconds(10)));
  site.AwaitServer();
  CHECK(site.Stop(seconds(11)) == std::vector<std::string>{"sent"});
}

}  // namespace
}  // namespace linewatch
