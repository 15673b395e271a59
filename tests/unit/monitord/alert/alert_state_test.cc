#include "monitord/alert/alert_state.h"

#include "tests/unit/catch.h"
#include "tests/unit/clock_times.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("of what is remembered of alerts, only the times of certificates stay when the clock is set",
          "[alert_state]") {
  AlertState alert;
  auto& [notified_outage, notified_degraded, notified_at, degraded_notified_at, degraded_since, notified_certificate,
         past_certificate, certificate_expires, outages, outage_changed, is_open, is_flapping, is_late] = alert;
  CHECK(TimesThatStay(alert, notified_outage, notified_degraded, notified_at, degraded_notified_at, degraded_since,
                      notified_certificate, past_certificate, certificate_expires, outages, outage_changed, is_open,
                      is_flapping, is_late) == 3);
  const WallTime opened{1763800000s};
  outages = {opened, opened + 1min};
  ForEachClockTime(alert, [](WallTime& t) { t += 1h; });
  CHECK(outages == std::vector<WallTime>{opened + 1h, opened + 1h + 1min});
}

}  // namespace
}  // namespace linewatch
