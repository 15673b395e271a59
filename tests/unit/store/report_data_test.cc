#include "store/report_data.h"

#include "store/event_log.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

TEST_CASE("an outage that goes on is no longer than monitord has watched", "[report_data]") {
  const TempDir data;
  const WallTime begin = FromUnixSeconds(1790812800);  // October 2026, by UTC
  const WallTime down = begin + days(1);
  HostSnapshot line{};
  line.id = "a";
  line.name = "Line a";
  line.status = Status::kUp;
  EventLog(data / "events")
      .Append({HostsEvent{begin, {line}},
               StatusEvent{down + 1s, "a", "Line a", Status::kUp, Status::kFailing, down, "no answer within 1 s"},
               StatusEvent{down + 90s, "a", "Line a", Status::kFailing, Status::kDown, down, "no answer within 1 s"}});
  const auto longest = [&](WallTime known_until) {
    const Folders folders{data.path(), data.path()};
    const MonthlyReport report = ReadReport(folders, Config(), {2026, 10}, begin, begin + days(10), known_until);
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].figures.outages == 1);
    CHECK(Of(report.rows[0].figures.time, TimeKind::kDown) == report.rows[0].figures.longest);
    return report.rows[0].figures.longest;
  };
  CHECK(longest(begin + days(3)) == days(2));
  CHECK(longest(begin + days(20)) == days(9));
}

}  // namespace
}  // namespace linewatch
