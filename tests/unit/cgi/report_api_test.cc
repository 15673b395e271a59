#include "cgi/report_api.h"

#include <chrono>

#include "store/calendar.h"
#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::StartsWith;

// A process has one time zone; the tests that follow are to have theirs.
struct OwnZoneAgain {
  ~OwnZoneAgain() { UseTimeZone(Config()); }
};

TEST_CASE("a month goes from midnight to midnight of the installation's time zone", "[report_api]") {
  const OwnZoneAgain again;
  Site site(R"({"access": {"anonymous": "admin"}, "timezone": "Pacific/Auckland"})");
  const auto report = JsonOf(site.Send("GET", "/api/report?month=2025-09"));
  CHECK(std::string(report["month"].GetString()) == "2025-09");
  CHECK(std::string(report["timezone"].GetString()) == "Pacific/Auckland");
  // From UTC+12 to UTC+13: it was an hour short of thirty days.
  CHECK(report["from"].GetInt64() == 1756641600);
  CHECK(report["to"].GetInt64() == 1756641600 + 30 * 86400 - 3600);
}

TEST_CASE("without a month it is this one, until now", "[report_api]") {
  const OwnZoneAgain again;
  Site site(R"({"access": {"anonymous": "admin"}, "timezone": "UTC"})");
  const WallTime before = WallNow();
  const auto report = JsonOf(site.Send("GET", "/api/report"));
  CHECK(BeginOf(*ParseMonth(report["month"].GetString())) == FromUnixSeconds(report["from"].GetDouble()));
  CHECK(FromUnixSeconds(report["to"].GetDouble()) >= before - std::chrono::seconds(1));
  CHECK(FromUnixSeconds(report["to"].GetDouble()) <= WallNow() + std::chrono::milliseconds(1));  // it is rounded
}

TEST_CASE("a month that is still to come is empty, not negative", "[report_api]") {
  const OwnZoneAgain again;
  Site site(R"({"access": {"anonymous": "admin"}, "timezone": "UTC"})");
  const auto report = JsonOf(site.Send("GET", "/api/report?month=2999-01"));
  CHECK(report["from"].GetInt64() == report["to"].GetInt64());
  CHECK(report["rows"].Empty());
}

TEST_CASE("as a table the report is a file with the month in its name", "[report_api]") {
  const OwnZoneAgain again;
  Site site(R"({"access": {"anonymous": "admin"}, "timezone": "UTC"})");
  const Response table = site.Send("GET", "/api/report?month=2025-09&format=csv");
  CHECK(table.status == 200);
  CHECK(table.type == "text/csv; charset=utf-8");
  CHECK(table.Header("Content-Disposition") == "attachment; filename=\"linewatch-report-2025-09.csv\"");
  CHECK_THAT(std::string(table.body_text()), StartsWith("\xEF\xBB\xBFhost,name,customer,uptime,target,breach"));
}

TEST_CASE("what is no month and no format is refused, both at once", "[report_api]") {
  const OwnZoneAgain again;
  Site site;
  CHECK(WrongFields(site.Send("GET", "/api/report?month=2025-13&format=xml")) ==
        std::vector<std::string>{"month", "format"});
  CHECK(site.Send("GET", "/api/report?month=2025-9").status == 422);
  CHECK(site.Send("GET", "/api/report?month=2025-09&format=json").status == 200);
}

}  // namespace
}  // namespace linewatch::cgi
