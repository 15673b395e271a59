#include "store/report.h"

#include "monitord/alert/report_text.h"
#include "store/json/json.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;
using std::chrono::seconds;

constexpr Month kMonth{2026, 10};

ReportRow Row(const std::string& name, seconds up, seconds down, PackedOptional<double> target = {},
              const std::string& customer = "") {
  ReportRow row;
  row.host = "id" + name.substr(0, 1);
  row.name = name;
  row.customer = customer;
  row.target = target;
  Of(row.figures.time, TimeKind::kUp) = up;
  Of(row.figures.time, TimeKind::kDown) = down;
  row.figures.outages = down.count() > 0 ? 1 : 0;
  row.figures.longest = down;
  return row;
}

MonthlyReport Made(std::vector<ReportRow> rows) {
  return MakeReport(kMonth, "Europe/Berlin", FromUnixSeconds(1790805600), FromUnixSeconds(1793487600), std::move(rows));
}

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

TEST_CASE("the mail tells first what was promised and not kept", "[report]") {
  const auto report = Made({Row("Fine", hours(700), seconds(0), 99.0), Row("Bad", hours(90), hours(10), 99.9, "Acme"),
                            Row("Worse <b>", hours(50), hours(50), 99.9), Row("Shaky", hours(99), hours(1))});
  const Message message = ComposeReport(report, "NOC\nBcc: x", "https://noc.example/");
  CHECK(message.subject == "Report October 2026: 2 lines of 3 below target");
  const auto at = [&](const char* text) { return message.text.find(text); };
  CHECK(at("Worse <b>: 50 %, target 99.9 %\n  1 outage, down 2 d 2 h\n") < at("Bad (Acme): 90 %, target 99.9 %"));
  CHECK(at("Bad (Acme)") < at("Shaky: 99 %\n"));
  CHECK(at("Shaky") < at("1 line was never down."));
  CHECK(at("Fine") == std::string::npos);
  CHECK_THAT(message.text, ContainsSubstring("Acme: 1 line, 90 %, 1 below target\n"));
  CHECK_THAT(message.text, ContainsSubstring("NOC Bcc: x: https://noc.example/"));
  CHECK_THAT(message.html, ContainsSubstring("Worse &lt;b&gt;") && !ContainsSubstring("Worse <b>"));
  CHECK(message.attachment.name == "linewatch-report-2026-10.csv");
  CHECK(message.attachment.content == ReportTable(report));
}

TEST_CASE("a report without targets says what was down", "[report]") {
  const auto subject = [](std::vector<ReportRow> rows) { return ComposeReport(Made(std::move(rows)), "", "").subject; };
  CHECK(subject({Row("A", hours(1), hours(0)), Row("B", hours(1), hours(0))}) ==
        "Report October 2026: 2 lines, none ever down");
  CHECK(subject({Row("A", hours(1), hours(1))}) == "Report October 2026: 1 line, 1 ever down");
  CHECK(subject({Row("A", hours(1), hours(0), 99.0), Row("B", hours(1), hours(0), 99.0)}) ==
        "Report October 2026: all 2 targets kept");
}

TEST_CASE("of a host that was not watched all month the mail does not say that it was never down", "[report]") {
  ReportRow paused = Row("Paused", hours(0), hours(0));
  Of(paused.figures.time, TimeKind::kPaused) = hours(720);
  const Message one = ComposeReport(Made({Row("Good", hours(720), hours(0)), paused}), "", "");
  CHECK_THAT(one.text, ContainsSubstring("\n1 line was never down.\n"));
  CHECK_THAT(one.text, ContainsSubstring("\n1 line was not watched: nothing is known of it.\n"));
  CHECK_THAT(one.html, ContainsSubstring("1 line was not watched"));
  const Message none = ComposeReport(Made({paused, paused}), "", "");
  CHECK(none.subject == "Report October 2026: nothing is known of 2 lines");
  CHECK(none.text.find("never down") == std::string::npos);
}

TEST_CASE("a mail lists the worst hosts and counts the rest", "[report]") {
  std::vector<ReportRow> rows;
  for (int i = 0; i < 300; ++i) rows.push_back(Row("Line " + std::to_string(i), seconds(1000), seconds(i + 1)));
  const Message message = ComposeReport(Made(rows), "", "");
  CHECK_THAT(message.text, ContainsSubstring("Line 299: ") && !ContainsSubstring("Line 99: ") &&
                               ContainsSubstring("and 100 lines more"));
}

}  // namespace
}  // namespace linewatch
