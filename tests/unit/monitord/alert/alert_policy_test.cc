#include "monitord/alert/alert_policy.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kOutage{1763800990s};  // 2025-11-22 08:43:10 UTC
constexpr WallTime kNow = kOutage + 100s;
constexpr std::chrono::milliseconds kCooldown = 1h;

// A host as the rules of its status leave it, and what people are notified of.
class Line {
 public:
  std::optional<AlertKind> GoDown(WallTime since, WallTime now) {
    host.seen.status = Status::kDown;
    state.is_outage = true;
    host.seen.fail_since = since;
    return Look(now);
  }
  std::optional<AlertKind> Answer(WallTime now) {
    host.seen.status = Status::kUp;
    state.is_outage = false;
    host.seen.fail_since = kNever;
    return Look(now);
  }
  std::optional<AlertKind> Degrade(WallTime since, WallTime now) {
    host.seen.status = Status::kDegraded;
    host.seen.last_change = since;
    return Look(now);
  }
  std::optional<AlertKind> Look(WallTime now) {
    const auto due = TakeDueAlert(host, state, alert, kCooldown, now);
    if (!due) return std::nullopt;
    notified = *due;
    return due->kind;
  }
  void Acknowledge(WallTime at) { host.acknowledged = Acknowledgement{"alice", at, ""}; }

  Host host;
  HostState state;
  BoxedOptional<AlertState> alert;
  Alert notified;
};

TEST_CASE("reaching the threshold alerts once", "[alert_policy]") {
  Line line;
  CHECK_FALSE(line.Look(kOutage));
  CHECK(line.GoDown(kOutage, kNow) == AlertKind::kDown);
  CHECK(line.notified.since == kOutage);
  CHECK_FALSE(line.Look(kNow + 10s));
}

TEST_CASE("a host that stays down alerts again after each cooldown, unless somebody works on it", "[alert_policy]") {
  Line line;
  line.GoDown(kOutage, kNow);
  CHECK_FALSE(line.Look(kNow + 59min));
  CHECK(line.Look(kNow + 60min) == AlertKind::kDown);
  CHECK_FALSE(line.Look(kNow + 119min));
  line.Acknowledge(kNow + 61min);
  CHECK_FALSE(line.Look(kNow + 120min));
}

TEST_CASE("an outage after a notified recovery alerts at once, cooldown or not", "[alert_policy]") {
  Line line;
  line.GoDown(kOutage, kNow);
  CHECK(line.Answer(kNow + 1min) == AlertKind::kRecovery);
  CHECK(line.notified.since == kOutage);
  CHECK(line.GoDown(kNow + 20min, kNow + 22min) == AlertKind::kDown);
}

TEST_CASE("people are notified of a recovery if and only if they were of its down", "[alert_policy]") {
  Line line;
  line.host.seen.in_maintenance = true;
  CHECK_FALSE(line.GoDown(kOutage, kNow));
  CHECK_FALSE(line.Answer(kNow + 1min));
  CHECK_FALSE(line.Answer(kNow + 2min));
}

TEST_CASE(
    "what is still down when its maintenance ends alerts then; a notified outage that ends in one resolves at once",
    "[alert_policy]") {
  Line line;
  line.host.seen.in_maintenance = true;
  CHECK_FALSE(line.GoDown(kOutage, kNow));
  line.host.seen.in_maintenance = false;
  CHECK(line.Look(kNow + 1h) == AlertKind::kDown);
  CHECK(line.notified.since == kOutage);
  line.host.seen.in_maintenance = true;
  CHECK(line.Answer(kNow + 2h) == AlertKind::kRecovery);
}

TEST_CASE("a notified outage does not alert again when it was unknown or unreachable in between", "[alert_policy]") {
  Line line;
  line.GoDown(kOutage, kNow);
  line.host.seen.status = Status::kUnknown;
  CHECK_FALSE(line.Look(kNow + 10s));
  line.host.seen.status = Status::kUnreachable;
  CHECK_FALSE(line.Look(kNow + 2h));
  CHECK(line.GoDown(kOutage, kNow + 3h) == AlertKind::kDown);  // a repeat: the cooldown is over
  CHECK(line.Answer(kNow + 4h) == AlertKind::kRecovery);
}

// Down, Recovery, Flapping, Stable, degraded, no longer degraded; nothing for no alert.
std::string LetterOf(const std::optional<AlertKind>& kind) {
  return kind ? std::string(1, "DRFSdn"[static_cast<size_t>(*kind)]) : "";
}

// Ten minutes down, ten minutes up, and so on.
std::string AlertsOf(Line& line, WallTime from, int outages) {
  std::string alerts;
  for (int i = 0; i < outages; ++i, from += 20min)
    for (const auto& kind : {line.GoDown(from, from), line.Answer(from + 10min)}) alerts += kind ? LetterOf(kind) : ".";
  return alerts;
}

TEST_CASE("a host that flaps alerts as flapping once, and again when it was stable for a cooldown", "[alert_policy]") {
  Line line;
  // Down every 210 s: the fourth outage falls within the hour.
  const WallTime second_day = kNow + 24h;
  Line quick;
  std::string alerts;
  for (int i = 0; i < 100; ++i) {
    const WallTime from = kNow + i * 210s;
    for (const auto& kind : {quick.GoDown(from, from), quick.Answer(from + 150s)}) alerts += LetterOf(kind);
  }
  CHECK(alerts == "DRDRDRF");
  const WallTime end = kNow + 99 * 210s + 150s;
  CHECK_FALSE(quick.Look(end + 59min));
  CHECK(quick.Look(end + 60min) == AlertKind::kStable);
  CHECK_FALSE(quick.Look(end + 61min));
  CHECK(AlertsOf(quick, second_day, 1) == "DR");

  // Three within the hour are no flapping.
  CHECK(AlertsOf(line, kNow, 12) == "DRDRDRDRDRDRDRDRDRDRDRDR");
}

// Down every five minutes, for one minute; the fourth outage lasts.
void Flap(Line& line) {
  for (auto begin = 0min; begin < 15min; begin += 5min) {
    line.GoDown(kNow + begin, kNow + begin);
    line.Answer(kNow + begin + 1min);
  }
  line.GoDown(kNow + 15min, kNow + 15min);
}

TEST_CASE("a host that flapped and then stays down alerts as down after a cooldown", "[alert_policy]") {
  Line line;
  Flap(line);
  CHECK(line.alert->is_flapping);
  const WallTime last = kNow + 15min;
  CHECK_FALSE(line.Look(last + 59min));
  CHECK(line.Look(last + 60min) == AlertKind::kDown);
  CHECK(line.notified.since == last);
  CHECK(line.Answer(last + 2h) == AlertKind::kRecovery);
}

TEST_CASE("a host that flapped is not stable while nobody knows how it is", "[alert_policy]") {
  Line line;
  Flap(line);
  line.Answer(kNow + 16min);
  REQUIRE(line.alert->is_flapping);
  const WallTime end = kNow + 16min;
  line.host.seen.status = GENERATE(Status::kPaused, Status::kUnreachable, Status::kUnknown);
  for (auto passed = 0min; passed <= 5h; passed += 1min) CHECK_FALSE(line.Look(end + passed));
  // It has to prove itself from when it is seen again.
  CHECK_FALSE(line.Answer(end + 5h + 1min));
  CHECK_FALSE(line.Look(end + 5h + 59min));
  CHECK(line.Look(end + 6h) == AlertKind::kStable);
}

TEST_CASE("outages of a maintenance make no host flap", "[alert_policy]") {
  Line line;
  line.host.seen.in_maintenance = true;
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(line.GoDown(kNow + i * 5min, kNow + i * 5min));
    CHECK_FALSE(line.Answer(kNow + i * 5min + 3min));
  }
  line.host.seen.in_maintenance = false;
  CHECK(line.GoDown(kNow + 30min, kNow + 30min) == AlertKind::kDown);
  CHECK(line.Answer(kNow + 35min) == AlertKind::kRecovery);
}

TEST_CASE("an acknowledgement of an earlier outage silences nobody", "[alert_policy]") {
  Line line;
  line.Acknowledge(kOutage - 1s);
  CHECK(line.GoDown(kOutage, kNow) == AlertKind::kDown);
  CHECK(line.Look(kNow + 1h) == AlertKind::kDown);
  CHECK(line.notified.is_repeat);
  line.Acknowledge(kOutage);
  CHECK_FALSE(line.Look(kNow + 2h));
}

TEST_CASE("an alert says what was known when it fell due", "[alert_policy]") {
  Line line;
  line.host.id = "k3f9w2x1ab";
  line.host.name = "Server A";
  line.host.ip = "192.168.0.1";
  line.host.customer = "ACME";
  line.host.group = "north";
  line.host.seen.reason = "no answer within 1 s";
  line.host.seen.last_good = kOutage - 10s;
  line.GoDown(kOutage, kNow);
  CHECK(line.notified.host == "k3f9w2x1ab");
  CHECK(line.notified.name == "Server A");
  CHECK(line.notified.ip == "192.168.0.1");
  CHECK(line.notified.customer == "ACME");
  CHECK(line.notified.group == "north");
  CHECK(line.notified.reason == "no answer within 1 s");
  CHECK(line.notified.last_good == kOutage - 10s);
  CHECK(line.notified.status == Status::kDown);
  CHECK(line.notified.since == kOutage);
  CHECK(line.notified.t == kNow);
  CHECK_FALSE(line.notified.is_repeat);
}

TEST_CASE("a day of a host that is down 150 s and up 60 s, over and over", "[alert_policy]") {
  Line line;
  std::string alerts;
  WallTime now = kOutage;
  for (int i = 0; i < 24 * 3600 / 210; ++i) {
    const WallTime down = kOutage + i * 210s;
    for (; now < down + 210s; now += 10s) {
      if (now >= down + 150s) {
        alerts += LetterOf(line.Answer(now));
      } else if (now >= down + 90s) {  // the tenth check
        alerts += LetterOf(line.GoDown(down, now));
      }
    }
  }
  CHECK(alerts == "DRDRDRF");
  const WallTime last = now - 60s;
  for (; now < last + 1h; now += 10s) alerts += LetterOf(line.Answer(now));
  CHECK(alerts == "DRDRDRF");
  alerts += LetterOf(line.Answer(now));
  CHECK(alerts == "DRDRDRFS");
}

TEST_CASE("a slow host alerts when it begins, again after each cooldown, and when it is over", "[alert_policy]") {
  Line line;
  CHECK(line.Degrade(kOutage, kNow) == AlertKind::kDegraded);
  CHECK(line.notified.since == kOutage);
  CHECK_FALSE(line.notified.is_repeat);
  CHECK_FALSE(line.Look(kNow + 59min));
  CHECK(line.Look(kNow + 1h) == AlertKind::kDegraded);
  CHECK(line.notified.is_repeat);
  line.Acknowledge(kNow + 61min);
  CHECK_FALSE(line.Look(kNow + 2h));
  CHECK(line.Answer(kNow + 3h) == AlertKind::kDegradedOver);
  CHECK(line.notified.since == kOutage);
  CHECK_FALSE(line.Answer(kNow + 3h + 10s));
}

TEST_CASE("a host that swings between up and slow alerts twice in a cooldown at most", "[alert_policy]") {
  Line line;
  std::string alerts;
  for (WallTime now = kNow; now < kNow + 170min; now += 2min)
    for (const auto& kind : {line.Degrade(now, now), line.Answer(now + 1min)}) alerts += LetterOf(kind);
  CHECK(alerts == "dndndn");
}

TEST_CASE("a slow host that goes down alerts as ever, and its recovery resolves both", "[alert_policy]") {
  Line line;
  CHECK(line.Degrade(kOutage, kNow) == AlertKind::kDegraded);
  CHECK(line.GoDown(kNow + 1min, kNow + 2min) == AlertKind::kDown);
  CHECK(line.Answer(kNow + 3min) == AlertKind::kRecovery);
  CHECK(line.notified.since == kNow + 1min);
  CHECK_FALSE(line.Answer(kNow + 4min));
}

TEST_CASE("what is slow in a maintenance alerts when it ends, and a notified one that is over, at once",
          "[alert_policy]") {
  Line line;
  line.host.seen.in_maintenance = true;
  CHECK_FALSE(line.Degrade(kOutage, kNow));
  line.host.seen.in_maintenance = false;
  CHECK(line.Look(kNow + 1h) == AlertKind::kDegraded);
  line.host.seen.in_maintenance = true;
  CHECK_FALSE(line.Look(kNow + 3h));
  CHECK(line.Answer(kNow + 4h) == AlertKind::kDegradedOver);
}

TEST_CASE("people were notified of what stands in the outbox, though no event says so", "[alert_policy]") {
  HostList list;
  HostStates states(1);
  AlertStates alerts(1);
  list.hosts.resize(1);
  Host& host = list.hosts[0];
  host.id = "a";
  host.seen.status = Status::kUp;
  RestoreNotified(list, alerts, {"a", AlertKind::kDegraded, kOutage}, kNow);
  RestoreNotified(list, alerts, {"gone", AlertKind::kDown, kOutage}, kNow);
  RestoreAlertState({host.seen, states[0]}, alerts[0], kNow + 1min);
  CHECK(host.seen.last_alert_time == kNow);
  const auto due = TakeDueAlert(host, states[0], alerts[0], kCooldown, kNow + 1min);
  REQUIRE(due);
  CHECK(due->kind == AlertKind::kDegradedOver);
  CHECK(due->since == kOutage);
}

TEST_CASE("a message is remembered in the order in which its alerts fell due", "[alert_policy]") {
  std::vector<Alert> alerts(3);
  alerts[0].t = kNow + 10s;
  alerts[0].kind = AlertKind::kDown;
  alerts[1].t = kNow;
  alerts[1].kind = AlertKind::kRecovery;
  alerts[0].host = alerts[1].host = "a";
  alerts[2].kind = AlertKind::kBlind;
  const auto notified = NotifiedAlertsOf(alerts);
  REQUIRE(notified.size() == 2);
  CHECK(notified[0].kind == AlertKind::kRecovery);
  CHECK(notified[1].kind == AlertKind::kDown);
}

// As hosts.json and the events put it back.
Line Restored(WallTime last_alert, WallTime now) {
  Line line;
  Observation& seen = line.host.seen;
  seen.status = Status::kDown;
  seen.fail_since = kOutage;
  seen.last_alert_time = last_alert;
  RestoreAlertState({seen, line.state}, line.alert, now);
  return line;
}

TEST_CASE("a restart neither repeats nor forgets an alert", "[alert_policy]") {
  Line notified = Restored(kNow, kNow + 10s);
  CHECK_FALSE(notified.Look(kNow + 10s));
  CHECK(notified.Answer(kNow + 20s) == AlertKind::kRecovery);

  CHECK(Restored(kOutage - 1h, kNow).Look(kNow) == AlertKind::kDown);
}

TEST_CASE("a count without a time, as the Python system's file has it, begins with its alert", "[alert_policy]") {
  Line notified;
  notified.host.seen.fail_count = 12;
  notified.host.seen.last_alert_time = kNow - 600s;
  RestoreAlertState({notified.host.seen, notified.state}, notified.alert, kNow);
  CHECK(notified.host.seen.fail_since == kNow - 600s);
  notified.host.seen.status = Status::kDown;
  CHECK_FALSE(notified.Look(kNow));

  Line unnotified;
  unnotified.host.seen.fail_count = 2;
  RestoreAlertState({unnotified.host.seen, unnotified.state}, unnotified.alert, kNow);
  CHECK(unnotified.host.seen.fail_since == kNever);
  CHECK_FALSE(unnotified.state.is_outage);
}

TEST_CASE("an alert time ahead of the clock silences nobody", "[alert_policy]") {
  CHECK(Restored(kNow + 90 * 24h, kNow).Look(kNow) == AlertKind::kDown);
}

TEST_CASE("a clock that is behind after a start makes no new alert of a notified outage", "[alert_policy]") {
  const WallTime months_before = kOutage - 90 * 24h;
  Line line = Restored(kNow, months_before);
  CHECK_FALSE(line.Look(months_before));
  CHECK_FALSE(line.Look(months_before + 59min));
  CHECK(line.Look(months_before + 60min) == AlertKind::kDown);
}

// A website whose certificate ends at `expires`, as the rules of its status leave it.
class Website : public Line {
 public:
  Website() {
    host.check = CheckKind::kHttp;
    host.check_settings = CheckSettings();
    host.seen.status = Status::kUp;
  }
  std::optional<AlertKind> Show(WallTime expires, WallTime now) {
    host.seen.details = CheckDetails();
    host.seen.details->cert_expires = expires;
    host.seen.details->cert_issuer = "Example CA";
    const bool is_ending = expires - now <= 30 * 24h;
    state.certificate_ending.is_on = is_ending;
    host.seen.status = is_ending ? Status::kDegraded : Status::kUp;
    return Look(now);
  }
};

TEST_CASE("a certificate alerts once for each day of warning, and that it was renewed", "[alert_policy]") {
  Website site;
  const WallTime expires = kNow + 40 * 24h;
  std::string alerts;
  for (WallTime now = kNow; now < expires; now += 6h) {
    const auto kind = site.Show(expires, now);
    if (!kind) continue;
    CHECK(kind == AlertKind::kCertificate);
    MarkNotified(site.host.seen, site.alert, now);
    alerts += std::to_string((expires - now) / 24h) + ' ';
  }
  CHECK(alerts == "30 14 7 1 ");
  CHECK_THAT(site.notified.reason, Catch::Matchers::ContainsSubstring("issued by Example CA"));
  CHECK(site.Show(expires + 90 * 24h, expires) == AlertKind::kCertificateOver);
  CHECK_FALSE(site.Show(expires + 90 * 24h, expires + 1min));
}

TEST_CASE("a certificate of which nobody wants to be warned any more was not renewed", "[alert_policy]") {
  Website site;
  const WallTime expires = kNow + 20 * 24h;
  CHECK(site.Show(expires, kNow) == AlertKind::kCertificate);
  MarkNotified(site.host.seen, site.alert, kNow);
  if (GENERATE(false, true)) {
    site.alert.reset();
    RestoreAlertState({site.host.seen, site.state}, site.alert, kNow + 1min);
  }
  site.host.check_settings->warn_days = {7};
  site.state.certificate_ending.is_on = false;
  site.host.seen.status = Status::kUp;
  CHECK_FALSE(site.Look(kNow + 1h));
  CHECK(site.Show(expires, expires - 7 * 24h) == AlertKind::kCertificate);
  CHECK(site.Show(expires + 90 * 24h, expires - 24h) == AlertKind::kCertificateOver);
}

TEST_CASE("two servers under one name, one of them renewed, are no flood", "[alert_policy]") {
  Website site;
  const WallTime old = kNow + 20 * 24h, renewed = kNow + 90 * 24h;
  int alerts = 0;
  for (int i = 0; i < 1000; ++i)
    alerts += site.Show(i / 3 % 2 == 0 ? old : renewed, kNow + i * 1min).has_value() ? 1 : 0;
  CHECK(alerts == 2);
}

TEST_CASE("a warning of which people were notified is not repeated by the next run, one of which they were not is sent",
          "[alert_policy]") {
  Website before;
  const WallTime expires = kNow + 20 * 24h;
  CHECK(before.Show(expires, kNow) == AlertKind::kCertificate);
  const auto next_run = [&] {
    Website next;
    next.host.seen.cert_warned = before.host.seen.cert_warned;
    next.host.seen.last_alert_time = before.host.seen.last_alert_time;
    RestoreAlertState({next.host.seen, next.state}, next.alert, kNow + 1h);
    return next;
  };
  CHECK(next_run().Show(expires, kNow + 1h) == AlertKind::kCertificate);
  MarkNotified(before.host.seen, before.alert, kNow);
  Website next = next_run();
  CHECK_FALSE(next.Show(expires, kNow + 1h));
  CHECK(next.Show(kNow + 90 * 24h, kNow + 2h) == AlertKind::kCertificateOver);
}

TEST_CASE("events say what people were notified of a certificate", "[alert_policy]") {
  Website site;
  const WallTime expires = kNow + 20 * 24h, day = expires - 30 * 24h;
  RestoreNotified(site.host.seen, site.alert, {"a", AlertKind::kCertificate, day}, kNow);
  CHECK_FALSE(site.Show(expires, kNow + 1h));
  RestoreNotified(site.host.seen, site.alert, {"a", AlertKind::kCertificateOver, day}, kNow + 2h);
  CHECK_FALSE(site.Show(expires + 90 * 24h, kNow + 3h));
}

}  // namespace
}  // namespace linewatch
