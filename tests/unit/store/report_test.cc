#include "store/report.h"

#include "store/json/json.h"
#include "tests/unit/catch.h"
#include "tests/unit/report_rows.h"

namespace linewatch {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;
using std::chrono::seconds;

std::string Json(const MonthlyReport& report) {
  return JsonText([&](JsonWriter& out) { WriteReport(out, report); });
}

TEST_CASE("uptime is time up by time up and down, and nothing else counts", "[report]") {
  ReportRow row = Row("A", hours(999), hours(1));
  Of(row.figures.time, TimeKind::kMaintenance) = hours(500);
  Of(row.figures.time, TimeKind::kOff) = hours(500);
  CHECK(*UptimeOf(row.figures) == Catch::Approx(99.9));
  CHECK_FALSE(UptimeOf(Row("B", seconds(0), seconds(0)).figures));
}

TEST_CASE("a target is broken below it, and not by rounding", "[report]") {
  CHECK_FALSE(is_breach(Row("A", seconds(999), seconds(1), 99.9)));
  CHECK(is_breach(Row("A", seconds(999), seconds(1), 99.90001)));
  CHECK_FALSE(is_breach(Row("A", seconds(1), seconds(999))));
  CHECK_FALSE(is_breach(Row("A", seconds(0), seconds(0), 99.9)));
  CHECK(PercentText(99.9999999) == "99.99999");
  CHECK(PercentText(100) == "100");
}

TEST_CASE("a customer has the sums of his hosts", "[report]") {
  const auto report = Made({Row("B", hours(90), hours(10), 99.0, "Acme"), Row("A", hours(100), hours(0), 99.0, "Acme"),
                            Row("C", hours(1), hours(1), {}, "")});
  CHECK(report.rows[0].name == "A");
  REQUIRE(report.customers.size() == 1);
  CHECK(report.customers[0].hosts == 2);
  CHECK(report.customers[0].breaches == 1);
  CHECK(report.customers[0].figures.outages == 1);
  CHECK(report.customers[0].figures.longest == hours(10));
  CHECK(*UptimeOf(report.customers[0].figures) == Catch::Approx(95));
}

TEST_CASE("a report in JSON has what the API promises", "[report]") {
  const std::string json = Json(Made({Row("A", seconds(3), seconds(1), 99.5, "Acme")}));
  CHECK_THAT(json, ContainsSubstring(
                       R"({"month":"2026-10","timezone":"Europe/Berlin","from":1790805600,"to":1793487600,"rows":[)"
                       R"({"host":"idA","name":"A","customer":"Acme","uptime":75,"target":99.5,"breach":true,)"
                       R"("outages":1,"longest":1,"up":3,"down":1,"upstream":0,"blind":0,"maintenance":0,"power":0,)"
                       R"("paused":0,"off":0,"rtt_avg":null,"loss":null}])"));
  CHECK_THAT(json, ContainsSubstring(R"("customers":[{"customer":"Acme","hosts":1,"uptime":75,"breaches":1,)"));
  CHECK_THAT(Json(Made({Row("A", seconds(0), seconds(0))})), ContainsSubstring(R"("uptime":null,"target":null)"));
}

TEST_CASE("a target stands in the report as it was set", "[report]") {
  const auto report = Made({Row("A", seconds(3), seconds(1), 99.9999)});
  CHECK_THAT(Json(report), ContainsSubstring(R"("target":99.9999,)"));
  CHECK_THAT(ReportTable(report), ContainsSubstring(",99.9999,yes,"));
}

TEST_CASE("a report as a table has the same, and no formulas", "[report]") {
  const std::string table = ReportTable(Made({Row("=1+1", seconds(3), seconds(1), 99.5, "Acme, Inc")}));
  CHECK(table ==
        "\xEF\xBB\xBFhost,name,customer,uptime,target,breach,outages,longest,up,down,upstream,blind,maintenance,power,"
        "paused,off,rtt_avg,loss\r\n"
        "id=,'=1+1,\"Acme, Inc\",75,99.5,yes,1,1,3,1,0,0,0,0,0,0,,\r\n");
}

}  // namespace
}  // namespace linewatch
