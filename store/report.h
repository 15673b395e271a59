// What was promised and what was kept: a month of every host, and the sums of each customer. Pure.
#ifndef LINEWATCH_STORE_REPORT_H_
#define LINEWATCH_STORE_REPORT_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/calendar.h"
#include "store/timeline.h"
#include "store/value/small_optional.h"

namespace linewatch {

class JsonWriter;

// What is counted of a host, or of all hosts of a customer.
struct ReportFigures {
  TimeByKind time{};
  int outages = 0;                       // that reached the threshold and are the host's own fault
  std::chrono::microseconds longest{0};  // of these, as far as it lay within the month
};

// A host, and what is known of it.
struct ReportRow {
  std::string host, name, customer;
  PackedOptional<double> target;  // the agreed uptime, in percent
  ReportFigures figures;
  std::optional<double> rtt_avg, loss;  // milliseconds, percent
};

// Percent: time up by time up and down; nothing while neither was counted.
std::optional<double> UptimeOf(const ReportFigures& figures);
// Whether the uptime is below the one that was agreed.
bool is_breach(const ReportRow& row);

struct ReportCustomer {
  std::string customer;
  int hosts = 0, breaches = 0;
  ReportFigures figures;  // of all its hosts in one
};

struct MonthlyReport {
  Month month;
  std::string timezone;
  WallTime from, to;  // of the month that is not over: until now
  std::vector<ReportRow> rows;
  std::vector<ReportCustomer> customers;  // hosts without one belong to none
};

// `rows` in any order; those of the report are in the order of their names.
MonthlyReport MakeReport(Month month, std::string timezone, WallTime from, WallTime to, std::vector<ReportRow> rows);

// The rows with the worst before the others: breaches first, then by how far they are below the agreed uptime, then by
// uptime.
std::vector<const ReportRow*> WorstFirst(const MonthlyReport& report);

// JSON as GET /api/report answers it, and the rows as a table.
void WriteReport(JsonWriter& out, const MonthlyReport& report);
std::string ReportTable(const MonthlyReport& report);

// Cut to so many decimals and not rounded: what was not up all the time never reads 100.
std::string PercentText(double percent, int decimals = 5);

}  // namespace linewatch

#endif
