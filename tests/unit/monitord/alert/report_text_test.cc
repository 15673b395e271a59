#include "monitord/alert/report_text.h"

#include "tests/unit/catch.h"
#include "tests/unit/report_rows.h"

namespace linewatch {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("the mail begins with the hosts below their target", "[report_text]") {
  const auto report = Made({Row("Fine", hours(700), seconds(0), 99.0), Row("Bad", hours(90), hours(10), 99.9, "Acme"),
                            Row("Worse <b>", hours(50), hours(50), 99.9), Row("Shaky", hours(99), hours(1))});
  const Message message = ComposeReport(report, "NOC\nBcc: x", "https://noc.example/");
  CHECK(message.subject == "Report October 2026: 2 hosts of 3 below target");
  const auto at = [&](const char* text) { return message.text.find(text); };
  CHECK(at("Worse <b>: 50 %, target 99.9 %\n  1 outage, down 2 d 2 h\n") < at("Bad (Acme): 90 %, target 99.9 %"));
  CHECK(at("Bad (Acme)") < at("Shaky: 99 %\n"));
  CHECK(at("Shaky") < at("1 host was never down."));
  CHECK(at("Fine") == std::string::npos);
  CHECK_THAT(message.text, ContainsSubstring("Acme: 1 host, 90 %, 1 below target\n"));
  CHECK_THAT(message.text, ContainsSubstring("NOC Bcc: x: https://noc.example/"));
  CHECK_THAT(message.html, ContainsSubstring("Worse &lt;b&gt;") && !ContainsSubstring("Worse <b>"));
  CHECK(message.attachment.name == "linewatch-report-2026-10.csv");
  CHECK(message.attachment.content == ReportTable(report));
}

TEST_CASE("a report without targets says what was down", "[report_text]") {
  const auto subject = [](std::vector<ReportRow> rows) { return ComposeReport(Made(std::move(rows)), "", "").subject; };
  CHECK(subject({Row("A", hours(1), hours(0)), Row("B", hours(1), hours(0))}) ==
        "Report October 2026: 2 hosts, none ever down");
  CHECK(subject({Row("A", hours(1), hours(1))}) == "Report October 2026: 1 host, 1 ever down");
  CHECK(subject({Row("A", hours(1), hours(0), 99.0), Row("B", hours(1), hours(0), 99.0)}) ==
        "Report October 2026: all 2 targets kept");
}

TEST_CASE("of a host that was not watched all month the mail does not say that it was never down", "[report_text]") {
  ReportRow paused = Row("Paused", hours(0), hours(0));
  Of(paused.figures.time, TimeKind::kPaused) = hours(720);
  const Message one = ComposeReport(Made({Row("Good", hours(720), hours(0)), paused}), "", "");
  CHECK_THAT(one.text, ContainsSubstring("\n1 host was never down.\n"));
  CHECK_THAT(one.text, ContainsSubstring("\n1 host was not watched: nothing is known of it.\n"));
  CHECK_THAT(one.html, ContainsSubstring("1 host was not watched"));
  const Message none = ComposeReport(Made({paused, paused}), "", "");
  CHECK(none.subject == "Report October 2026: nothing is known of 2 hosts");
  CHECK(none.text.find("never down") == std::string::npos);
}

TEST_CASE("a mail lists the worst hosts and counts the rest", "[report_text]") {
  std::vector<ReportRow> rows;
  for (int i = 0; i < 300; ++i) rows.push_back(Row("Line " + std::to_string(i), seconds(1000), seconds(i + 1)));
  const Message message = ComposeReport(Made(rows), "", "");
  CHECK_THAT(message.text, ContainsSubstring("Line 299: ") && !ContainsSubstring("Line 99: ") &&
                               ContainsSubstring("and 100 hosts more"));
}

}  // namespace
}  // namespace linewatch
