// Reports of October 2026 with few rows and round figures.
#ifndef LINEWATCH_TESTS_UNIT_REPORT_ROWS_H_
#define LINEWATCH_TESTS_UNIT_REPORT_ROWS_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "store/report.h"

namespace linewatch {

inline ReportRow Row(const std::string& name, std::chrono::seconds up, std::chrono::seconds down,
                     PackedOptional<double> target = {}, const std::string& customer = "") {
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

inline MonthlyReport Made(std::vector<ReportRow> rows) {
  return MakeReport(Month{2026, 10}, "Europe/Berlin", FromUnixSeconds(1790805600), FromUnixSeconds(1793487600),
                    std::move(rows));
}

}  // namespace linewatch

#endif
