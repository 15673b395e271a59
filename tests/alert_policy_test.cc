#include "monitord/alert_policy.h"

#include <cstdlib>
#include <ctime>

#include "tests/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kOutage{1763800990s};  // 2025-11-22 08:43:10 UTC
constexpr WallTime kNow = kOutage + 100s;
constexpr std::chrono::milliseconds kCooldown = 1h;

Observation Down(WallTime last_alert = kNever) {
  Observation seen;
  seen.status = Status::kDown;
  seen.fail_since = kOutage;
  seen.last_alert_time = last_alert;
  return seen;
}
Observation Up(WallTime last_alert) {
  Observation seen;
  seen.status = Status::kUp;
  seen.last_alert_time = last_alert;
  return seen;
}

TEST_CASE("reaching the threshold alerts once", "[alert_policy]") {
  CHECK(DueAlert(Down(), Status::kFailing, kOutage, kNow, kCooldown) == AlertKind::kDown);
  CHECK_FALSE(DueAlert(Down(kNow), Status::kDown, kOutage, kNow + 10s, kCooldown));
}

TEST_CASE("a host that stays down is told again after each cooldown", "[alert_policy]") {
  CHECK_FALSE(DueAlert(Down(kNow), Status::kDown, kOutage, kNow + 59min, kCooldown));
  CHECK(DueAlert(Down(kNow), Status::kDown, kOutage, kNow + 60min, kCooldown) == AlertKind::kDown);
}

TEST_CASE("an outage after a told recovery is told at once, cooldown or not", "[alert_policy]") {
  const WallTime before = kOutage - 20min;
  CHECK(DueAlert(Down(before), Status::kFailing, kOutage, kNow, kCooldown) == AlertKind::kDown);
}

TEST_CASE("a recovery is told if and only if its down was", "[alert_policy]") {
  CHECK(DueAlert(Up(kNow), Status::kDown, kOutage, kNow + 1min, kCooldown) == AlertKind::kRecovery);
  CHECK_FALSE(DueAlert(Up(kOutage - 1h), Status::kDown, kOutage, kNow, kCooldown));
  CHECK_FALSE(DueAlert(Up(kNever), Status::kFailing, kOutage, kNow, kCooldown));
}

TEST_CASE("a failing host alerts nobody before the threshold", "[alert_policy]") {
  Observation seen;
  seen.status = Status::kFailing;
  CHECK_FALSE(DueAlert(seen, Status::kUp, kOutage, kNow, kCooldown));
}

TEST_CASE("an alert time ahead of the clock silences nobody", "[alert_policy]") {
  CHECK(DueAlert(Down(kNow + 90 * 24h), Status::kDown, kOutage, kNow, kCooldown) == AlertKind::kDown);
}

TEST_CASE("a clock set back during an outage is no new alert, and its recovery is told", "[alert_policy]") {
  const WallTime months_before = kOutage - 90 * 24h;
  CHECK_FALSE(DueAlert(Down(kNow), Status::kDown, kOutage, months_before, kCooldown));
  CHECK(DueAlert(Up(kNow), Status::kDown, kOutage, months_before, kCooldown) == AlertKind::kRecovery);
}

TEST_CASE("a subject says what, who, where, since when and why", "[alert_policy]") {
  setenv("TZ", "UTC", 1);
  tzset();
  Host host;
  host.name = "Server A";
  host.ip = "192.168.0.1";
  host.seen.reason = "no answer within 1 s";
  CHECK(AlertSubject(AlertKind::kDown, host, kOutage, kNow) ==
        "DOWN Server A (192.168.0.1) since 08:43:10, no answer within 1 s");
  CHECK(AlertSubject(AlertKind::kRecovery, host, kOutage, kOutage + 137s) ==
        "UP Server A (192.168.0.1) after 137 s, down since 08:43:10");
  CHECK(AlertSubject(AlertKind::kRecovery, host, kOutage, kOutage + 2 * 24h + 4h) ==
        "UP Server A (192.168.0.1) after 2 d 4 h, down since 2025-11-22 08:43:10");
}

TEST_CASE("lengths are told in the two largest units", "[alert_policy]") {
  CHECK(DurationText(0s) == "0 s");
  CHECK(DurationText(179s) == "179 s");
  CHECK(DurationText(180s) == "3 min");
  CHECK(DurationText(3h + 20min + 59s) == "3 h 20 min");
  CHECK(DurationText(3h) == "3 h");
  CHECK(DurationText(49h) == "2 d 1 h");
}

}  // namespace
}  // namespace linewatch
