#include "monitord/verdict/state_machine.h"

#include <sstream>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1763800000s};

// A host whose checks come ten seconds apart.
class Line {
 public:
  explicit Line(Limits limits = {}) : limits_(limits) {}

  std::optional<StatusChange> Check(const CheckResult& result) {
    const WallTime sent = kStart + 10s * checks_++;
    return RecordCheck({seen, state}, result, sent, limits_, path, sent + 1s);
  }
  std::optional<StatusChange> Good(float rtt_ms = 10) {
    CheckResult result;
    result.ok = true;
    result.rtt_ms = rtt_ms;
    return Check(result);
  }
  std::optional<StatusChange> Bad(const char* reason = "no answer within 1 s") {
    CheckResult result;
    result.reason = reason;
    return Check(result);
  }

  Observation seen;
  HostState state;
  Path path;

 private:
  Limits limits_;
  int checks_ = 0;
};

// A letter a check: g good, s slow (beyond slow_ms), b bad. And the status after each.
std::string StatusesAfter(const std::string& checks, Limits limits) {
  Line line(limits);
  std::ostringstream statuses;
  for (const char check : checks) {
    if (check == 'b') line.Bad();
    if (check == 'g') line.Good(10);
    if (check == 's') line.Good(500);
    statuses << NameOf(line.seen.status) << ' ';
  }
  std::string text = statuses.str();
  text.pop_back();
  return text;
}

TEST_CASE("the status after each check", "[state_machine]") {
  const Limits three_and_slow{.fail_threshold = 3, .slow_ms = 100, .max_loss_percent = {}, .max_jitter_ms = {}};
  const char* const table[][2] = {
      {"g", "up"},
      {"b", "failing"},
      {"bbb", "failing failing down"},
      {"bbbb", "failing failing down down"},
      {"gbg", "up failing up"},
      {"bbgbb", "failing failing up failing failing"},
      {"bbbg", "failing failing down up"},
      // Slow is up until it is so three times in a row, and good again after three.
      {"ss", "up up"},
      {"sss", "up up degraded"},
      {"ssgss", "up up up up up"},
      {"sssgg", "up up degraded degraded degraded"},
      {"sssggg", "up up degraded degraded degraded up"},
      {"sssggsggg", "up up degraded degraded degraded degraded degraded degraded up"},
      // Failed checks between do not reset the count.
      {"ssbs", "up up failing degraded"},
      {"sssbg", "up up degraded failing degraded"},
      {"sssbgbgg", "up up degraded failing degraded failing degraded up"},
  };
  for (const auto& [checks, statuses] : table) {
    INFO(checks);
    CHECK(StatusesAfter(checks, three_and_slow) == statuses);
  }
}

TEST_CASE("an outage begins with the first failed check and its event says so", "[state_machine]") {
  Line line({.fail_threshold = 3, .slow_ms = {}, .max_loss_percent = {}, .max_jitter_ms = {}});
  line.Good();
  const auto failing = line.Bad();
  REQUIRE(failing);
  CHECK(failing->from == Status::kUp);
  CHECK(failing->to == Status::kFailing);
  CHECK(failing->since == kStart + 10s);
  CHECK_FALSE(line.Bad());
  const auto down = line.Bad("host unreachable");
  REQUIRE(down);
  CHECK(down->to == Status::kDown);
  CHECK(down->since == kStart + 10s);
  CHECK(down->reason == "host unreachable");
  CHECK(line.seen.fail_since == kStart + 10s);
  CHECK(line.seen.last_change == kStart + 30s);
  CHECK(line.seen.fail_count == 3);
  CHECK(line.seen.status_current == false);
  CHECK(line.seen.last_good == kStart);

  const auto up = line.Good();
  REQUIRE(up);
  CHECK(up->from == Status::kDown);
  CHECK(up->since == kStart + 40s);
  CHECK(line.seen.fail_count == 0);
  CHECK(line.seen.fail_since == kNever);
  CHECK(line.seen.reason.empty());
  CHECK(line.seen.status_current == true);
}

TEST_CASE("failed time counts as down from the first failed to the first good check", "[state_machine]") {
  Line line;
  for (int i = 0; i < 5; ++i) line.Good();
  for (int i = 0; i < 5; ++i) line.Bad();
  line.Good();
  // 50 s up, 50 s down, and one more second until the last was recorded.
  CHECK(*line.seen.uptime == Catch::Approx(100.0 * 51 / 101));
}

TEST_CASE("the trail holds the last sixty checks, oldest first", "[state_machine]") {
  Line line;
  for (int i = 0; i < 70; ++i) {
    if (i == 69) {
      line.Bad();
    } else {
      line.Good(static_cast<float>(i));
    }
  }
  const Trail& trail = line.seen.trail;
  REQUIRE(trail.size() == 60);
  CHECK(trail[0] == 10.0F);
  CHECK(trail[58] == 68.0F);
  CHECK(trail[59] == Trail::kFailed);
}

TEST_CASE("a limit that is passed is named", "[state_machine]") {
  const Limits limits{.fail_threshold = 10, .slow_ms = 100, .max_loss_percent = 5, .max_jitter_ms = 20};
  CheckResult result;
  result.ok = true;
  result.rtt_ms = 120;
  CHECK(BeyondLimit(result, limits) == "120 ms, slower than 100 ms");
  result.loss_percent = 40;
  CHECK(BeyondLimit(result, limits) == "40 % loss, more than 5 % loss");
  result = {};
  result.ok = true;
  result.rtt_ms = 100;
  result.jitter_ms = 20;
  CHECK(BeyondLimit(result, limits).empty());
}

TEST_CASE("a paused host keeps its counts and is pending when it is watched again", "[state_machine]") {
  Line line;
  line.Bad();
  const auto paused = RecordEnabled({line.seen, line.state}, false, kStart + 20s);
  REQUIRE(paused);
  CHECK(paused->to == Status::kPaused);
  CHECK_FALSE(RecordEnabled({line.seen, line.state}, false, kStart + 30s));
  CHECK(line.seen.fail_count == 1);
  CHECK(line.seen.trail.size() == 1);
  const auto watched = RecordEnabled({line.seen, line.state}, true, kStart + 40s);
  REQUIRE(watched);
  CHECK(watched->to == Status::kPending);
}

TEST_CASE("a failure while monitord is blind is nobody's, and nothing but the status shows it", "[state_machine]") {
  Line line({.fail_threshold = 3, .slow_ms = {}, .max_loss_percent = {}, .max_jitter_ms = {}});
  line.Good();
  line.path.is_blind = true;
  const auto unknown = line.Bad();
  REQUIRE(unknown);
  CHECK(unknown->to == Status::kUnknown);
  CHECK(line.seen.status_current == true);
  CHECK(line.seen.fail_count == 0);
  CHECK(line.seen.trail.size() == 1);
  for (int i = 0; i < 20; ++i) line.Bad();
  CHECK(line.seen.status == Status::kUnknown);
  CHECK(line.Good()->to == Status::kUp);
  CHECK(*line.seen.uptime == 100.0F);
}

TEST_CASE("a notified outage outlives the blindness in it", "[state_machine]") {
  Line line({.fail_threshold = 2, .slow_ms = {}, .max_loss_percent = {}, .max_jitter_ms = {}});
  line.Good();
  line.Bad();
  line.Bad();
  CHECK(line.seen.status == Status::kDown);
  line.path.is_blind = true;
  line.Bad();
  CHECK(line.seen.status == Status::kUnknown);
  line.path.is_blind = false;
  const auto down = line.Bad();
  REQUIRE(down);
  CHECK(down->to == Status::kDown);
  CHECK(down->since == kStart + 40s);  // what was unknown does not become down time
  CHECK(line.seen.fail_since == kStart + 10s);
  // Up 10 s, down 20 s, unknown 10 s, down 1 s.
  CHECK(*line.seen.uptime == Catch::Approx(100.0 * 10 / 31));
}

TEST_CASE("a void check changes nothing; three in a row make the host unknown", "[state_machine]") {
  Line line;
  line.Good();
  CheckResult lost;
  lost.void_reason = VoidReason::kDropped;
  CHECK_FALSE(line.Check(lost));
  CHECK_FALSE(line.Check(lost));
  line.Good();
  CHECK_FALSE(line.Check(lost));
  CHECK_FALSE(line.Check(lost));
  const auto unknown = line.Check(lost);
  REQUIRE(unknown);
  CHECK(unknown->to == Status::kUnknown);
  CHECK(unknown->reason == "void: replies were dropped");
  CHECK(line.seen.status_current == true);
  CHECK(line.seen.trail.size() == 2);
  CHECK(line.Good()->to == Status::kUp);
  CHECK(*line.seen.uptime == 100.0F);
}

TEST_CASE("failures before a pause are not in a row with those after it", "[state_machine]") {
  Line line({.fail_threshold = 3, .slow_ms = {}, .max_loss_percent = {}, .max_jitter_ms = {}});
  line.Good();
  line.Bad();
  line.Bad();
  RecordGap({line.seen, line.state}, kStart + 25s, kStart + 29s);
  line.Bad();
  CHECK(line.seen.status == Status::kFailing);
  CHECK(line.seen.fail_count == 1);
  CHECK(line.seen.fail_since == kStart + 30s);
  // Up 10 s, down 15 s, nobody watched for 4 s, down 2 s.
  CHECK(*line.seen.uptime == Catch::Approx(100.0 * 10 / 27));
}

TEST_CASE("maintenance is in neither part of the uptime, whatever the host does", "[state_machine]") {
  Line line({.fail_threshold = 2, .slow_ms = {}, .max_loss_percent = {}, .max_jitter_ms = {}});
  line.Good();
  RecordMaintenance({line.seen, line.state}, true, kStart + 5s);
  line.Bad();
  line.Bad();
  CHECK(line.seen.status == Status::kDown);
  RecordMaintenance({line.seen, line.state}, false, kStart + 25s);
  line.Bad();
  // Up 5 s, 20 s in maintenance, down 6 s.
  CHECK(*line.seen.uptime == Catch::Approx(100.0 * 5 / 11));
}

TEST_CASE("a host's own limits go before those of config.json", "[state_machine]") {
  Config config;
  Host host;
  CHECK(LimitsOf(host, config).fail_threshold == config.fail_threshold);
  host.fail_threshold = 2;
  CHECK(LimitsOf(host, config).fail_threshold == 2);
}

TEST_CASE("a certificate near its end degrades a host after three checks, as any limit does", "[state_machine]") {
  Line line(
      {.fail_threshold = 10, .slow_ms = 100, .max_loss_percent = {}, .max_jitter_ms = {}, .certificate = 30 * 24h});
  const auto check = [&](std::chrono::hours left, float rtt_ms = 10) {
    CheckResult result;
    result.ok = true;
    result.rtt_ms = rtt_ms;
    CheckDetails details;
    details.cert_expires = kStart + left + 1h;
    details.cert_subject = "a.example";
    result.details = details;
    line.Check(result);
    return line.seen.status;
  };
  CHECK(check(40 * 24h) == Status::kUp);
  CHECK(check(13 * 24h) == Status::kUp);
  CHECK(check(13 * 24h) == Status::kUp);
  CHECK(check(13 * 24h) == Status::kDegraded);
  CHECK(line.seen.reason == "the certificate of a.example expires in 13 days");
  // Slowness beside it is the reason while it lasts, and leaves the certificate's when it is over.
  for (int i = 0; i < 3; ++i) check(13 * 24h, 200);
  CHECK(line.seen.reason == "200 ms, slower than 100 ms");
  for (int i = 0; i < 3; ++i) check(13 * 24h);
  CHECK(line.seen.status == Status::kDegraded);
  CHECK_FALSE(line.state.beyond_limits.is_on);
  // A check that does not come as far as the certificate does not forget it.
  line.Bad("connection refused");
  CHECK(line.seen.details->cert_subject == "a.example");
  for (int i = 0; i < 2; ++i) CHECK(check(90 * 24h) == Status::kDegraded);
  CHECK(check(90 * 24h) == Status::kUp);
}

TEST_CASE("a check that came too early to judge changes nothing", "[state_machine]") {
  Line line;
  CheckResult early;
  early.is_open = true;
  CHECK_FALSE(line.Check(early));
  CHECK(line.seen.status == Status::kPending);
  line.Bad();
  CHECK_FALSE(line.Check(early));
  CHECK(line.seen.status == Status::kFailing);
  CHECK(line.seen.fail_count == 1);
  CHECK(line.seen.trail.size() == 1);
}

}  // namespace
}  // namespace linewatch
