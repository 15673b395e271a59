#include "monitord/probe/inbound/inbox.h"

#include <poll.h>

#include "store/calendar.h"
#include "store/config.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr SteadyTime kStart{1000h};

Target Waiting(const std::string& id, CheckKind kind = CheckKind::kPush, std::chrono::milliseconds max_age = 60s) {
  Target target;
  target.id = id;
  target.kind = kind;
  target.check_settings = CheckSettings{};
  target.check_settings->max_age = max_age;
  return target;
}
InboundResult Good(SteadyTime at) { return {at, true, "", {}}; }
InboundResult Bad(SteadyTime at, const std::string& reason) { return {at, false, reason, {}}; }

std::string Seen(const Inbox& inbox, SteadyTime now, const std::string& host = "a") {
  const Verdict verdict = inbox.VerdictOn(host, now);
  if (verdict.kind == Verdict::Kind::kOpen) return "open";
  return verdict.kind == Verdict::Kind::kGood ? "good" : verdict.reason;
}

bool is_ready(const Inbox& inbox) {
  pollfd waiting{inbox.fd(), POLLIN, 0};
  return poll(&waiting, 1, 0) == 1;
}

TEST_CASE("a heartbeat is good for max_age, and then it is late", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  inbox.Put("a", Good(kStart + 100s));
  CHECK(Seen(inbox, kStart + 160s) == "good");
  CHECK(Seen(inbox, kStart + 161s) == "no heartbeat for 61 s");
  CHECK(Seen(inbox, kStart + 100s + 3min) == "no heartbeat for 3 min");
  inbox.Put("a", Good(kStart + 500s));
  CHECK(Seen(inbox, kStart + 500s) == "good");
}

TEST_CASE("a start blames nobody before max_age has passed", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a"), Waiting("b", CheckKind::kMqtt)}, kStart);
  CHECK(Seen(inbox, kStart) == "open");
  CHECK(Seen(inbox, kStart + 60s) == "open");
  CHECK(Seen(inbox, kStart + 61s) == "no heartbeat in 61 s of watching");
  CHECK(Seen(inbox, kStart + 61s, "b") == "no message in 61 s of watching");
}

TEST_CASE("a heartbeat that waited for monitord while it did not run blames nobody", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  inbox.Put("a", Bad(kStart - 5min, "reported down"));
  CHECK(Seen(inbox, kStart + 1s) == "open");
  CHECK(Seen(inbox, kStart + 61s) == "no heartbeat for 6 min");
}

TEST_CASE("what is reported as down is down at once, for its own reason", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  inbox.Put("a", Good(kStart));
  inbox.Put("a", Bad(kStart + 1s, "reported down: disk full"));
  CHECK(Seen(inbox, kStart + 1s) == "reported down: disk full");
  CHECK(Seen(inbox, kStart + 62s) == "no heartbeat for 61 s");
}

TEST_CASE("how long the job took is shown with its heartbeat", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  inbox.Put("a", {kStart, true, "", 12.5F});
  CHECK(*inbox.VerdictOn("a", kStart).ms == 12.5F);
  inbox.Put("a", Good(kStart + 1s));
  CHECK_FALSE(inbox.VerdictOn("a", kStart + 1s).ms.has_value());
}

TEST_CASE("a result that changes the verdict asks for a check at once, others do not", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a"), Waiting("b")}, kStart);
  const auto changed = [&](const InboundResult& result) {
    inbox.Put("a", result);
    const bool ready = is_ready(inbox);
    const bool is_told = inbox.TakeChanged() == Strings{"a"};
    CHECK(ready == is_told);
    CHECK_FALSE(is_ready(inbox));
    return is_told;
  };
  CHECK(changed(Good(kStart)));                             // the first
  CHECK_FALSE(changed(Good(kStart + 30s)));                 // as expected
  CHECK(changed(Bad(kStart + 31s, "reported down")));       // down
  CHECK_FALSE(changed(Bad(kStart + 32s, "still down")));    // known
  CHECK(changed(Good(kStart + 33s)));                       // up again
  CHECK(changed(Good(kStart + 10min)));                     // up after it was late
  CHECK_FALSE(changed(Bad(kStart + 20min, "still down")));  // late and now down: bad as before
}

TEST_CASE("a host that changes all the time is checked early a few times, then in its turn", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  for (int i = 0; i < 50; ++i) {
    inbox.Put("a", Good(kStart + 2 * i * 1ms));
    inbox.Put("a", Bad(kStart + (2 * i + 1) * 1ms, "reported down"));
  }
  CHECK(inbox.TakeChanged().size() == Inbox::kMostEarly);
  inbox.Put("a", Good(kStart + Inbox::kEarlyWindow + 1s));
  CHECK(inbox.TakeChanged() == Strings{"a"});
}

TEST_CASE("the result of a host that is not watched is dropped", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a"), Waiting("ping", CheckKind::kPing)}, kStart);
  inbox.Put("ping", Good(kStart));
  inbox.Put("nobody", Good(kStart));
  CHECK(inbox.TakeChanged().empty());
  CHECK(Seen(inbox, kStart + 10min, "nobody") == "open");
}

TEST_CASE("a host that was paused has its whole max_age again", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  inbox.Put("a", Good(kStart));
  inbox.Watch({}, kStart + 1s);
  inbox.Put("a", Bad(kStart + 2s, "reported down"));
  inbox.Watch({Waiting("a")}, kStart + 1h);
  CHECK(Seen(inbox, kStart + 1h + 60s) == "open");
}

TEST_CASE("another name or interval keeps the results", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  inbox.Put("a", Good(kStart + 30s));
  Target other = Waiting("a");
  other.interval = 20s;
  inbox.Watch({other}, kStart + 31s);
  CHECK(Seen(inbox, kStart + 90s) == "good");
  CHECK(Seen(inbox, kStart + 91s) == "no heartbeat for 61 s");
}

TEST_CASE("a shorter max_age counts from when it was set", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a", CheckKind::kPush, 1h)}, kStart);
  inbox.Put("a", Good(kStart));
  inbox.Watch({Waiting("a", CheckKind::kPush, 60s)}, kStart + 30min);
  CHECK(Seen(inbox, kStart + 30min + 60s) == "open");
  CHECK(Seen(inbox, kStart + 31min + 1s) == "no heartbeat for 31 min");
}

TEST_CASE("what was judged by other bounds is forgotten", "[inbox]") {
  Inbox inbox;
  Target target = Waiting("a", CheckKind::kMqtt);
  inbox.Watch({target}, kStart);
  inbox.Put("a", Bad(kStart, "29.5, more than 25"));
  target.check_settings->max = 30;
  inbox.Watch({target}, kStart + 1s);
  CHECK(Seen(inbox, kStart + 1s) == "open");
}

TEST_CASE("a silence says why nothing could come", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a", CheckKind::kMqtt), Waiting("b")}, kStart);
  inbox.Put("a", Good(kStart));
  inbox.SetFault(CheckKind::kMqtt, {"the broker refuses the login", false});
  CHECK(Seen(inbox, kStart + 60s) == "good");
  CHECK(Seen(inbox, kStart + 3min) == "no message for 3 min: the broker refuses the login");
  CHECK(Seen(inbox, kStart + 3min, "b") == "no heartbeat in 3 min of watching");
  inbox.SetFault(CheckKind::kMqtt, {"no broker is set", true});
  CHECK(Seen(inbox, kStart + 1s) == "no broker is set");
}

TEST_CASE("what is refused shows at once, and has its whole time again when it no longer is", "[inbox]") {
  Inbox inbox;
  const Target target = Waiting("a", CheckKind::kMqtt);
  inbox.Watch({target}, kStart);
  inbox.SetRefusal("a", *target.check_settings, "the broker refuses", kStart + 1s);
  CHECK(Seen(inbox, kStart + 1s) == "the broker refuses");
  CHECK(is_ready(inbox));
  inbox.Watch({target}, kStart + 2s);
  CHECK(Seen(inbox, kStart + 2s) == "the broker refuses");
  inbox.SetRefusal("a", *target.check_settings, "", kStart + 300s);
  CHECK(Seen(inbox, kStart + 360s) == "open");
  CHECK(Seen(inbox, kStart + 361s).starts_with("no message"));
  Target other = target;
  other.check_settings->topic = "other";
  inbox.SetRefusal("a", *other.check_settings, "of the topic before", kStart + 300s);
  CHECK(Seen(inbox, kStart + 300s) == "open");
}

TEST_CASE("a run that begins is a sign of life, and its end tells how long it took", "[inbox]") {
  Inbox inbox;
  inbox.Watch({Waiting("a")}, kStart);
  const auto begin = [&](SteadyTime at) { inbox.Put("a", {at, true, "", {}, true}); };
  begin(kStart);
  CHECK(Seen(inbox, kStart + 60s) == "good");
  inbox.Put("a", Good(kStart + 50s));
  CHECK(inbox.VerdictOn("a", kStart + 50s).ms == 50000.F);
  inbox.Put("a", Good(kStart + 55s));
  CHECK_FALSE(inbox.VerdictOn("a", kStart + 55s).ms);
  inbox.Put("a", Bad(kStart + 56s, "reported down"));
  begin(kStart + 100s);
  CHECK(Seen(inbox, kStart + 160s) == "reported down");
  inbox.Put("a", {kStart + 110s, true, "", 7.F});
  CHECK(inbox.VerdictOn("a", kStart + 110s).ms == 7.F);
}

// 02:00 in UTC, which is the zone of the tests, on a Monday.
constexpr WallTime kTwo{std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + 2h};

TEST_CASE("a heartbeat with a schedule is late after its grace, and not before", "[inbox]") {
  UseTimeZone([] {
    Config config;
    config.timezone = "UTC";
    return config;
  }());
  Inbox inbox([](SteadyTime t) { return kTwo + std::chrono::duration_cast<std::chrono::microseconds>(t - kStart); });
  Target target = Waiting("a");
  target.check_settings->cron = "0 3 * * *";
  target.check_settings->grace = 10min;
  inbox.Watch({target}, kStart);
  CHECK(Seen(inbox, kStart + 70min) == "open");
  CHECK(Seen(inbox, kStart + 71min) == "no heartbeat in 1 h 11 min of watching, due at 03:00");
  inbox.Put("a", Good(kStart + 62min));
  CHECK(Seen(inbox, kStart + 25h) == "good");
  CHECK(Seen(inbox, kStart + 25h + 10min) == "good");
  CHECK(Seen(inbox, kStart + 25h + 11min) == "no heartbeat for 1 d, due at 03:00");
  // By a clock that is some seconds ahead of ours.
  inbox.Put("a", Good(kStart + 25h - 5s));
  CHECK(Seen(inbox, kStart + 49h + 10min) == "good");
  CHECK(Seen(inbox, kStart + 49h + 11min).starts_with("no heartbeat"));
  // Another schedule counts from when it was set.
  target.check_settings->cron = "0 1 * * *";
  inbox.Watch({target}, kStart + 50h);
  CHECK(Seen(inbox, kStart + 50h) == "good");
}

}  // namespace
}  // namespace linewatch
