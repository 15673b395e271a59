#include "store/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "store/json/json_members.h"
#include "store/text/csv.h"

namespace linewatch {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// The sums that a report shows of each row, by their names.
constexpr std::array<std::pair<const char*, TimeKind>, 8> kSums = {{
    {"up", TimeKind::kUp},
    {"down", TimeKind::kDown},
    {"upstream", TimeKind::kUpstream},
    {"blind", TimeKind::kBlind},
    {"maintenance", TimeKind::kMaintenance},
    {"power", TimeKind::kPower},
    {"paused", TimeKind::kPaused},
    {"off", TimeKind::kOff},
}};

double Cut(double percent, int decimals = 5) {
  const double unit = std::pow(10, decimals);
  return std::floor(percent * unit) / unit;
}

milliseconds Shown(microseconds time) { return std::chrono::round<milliseconds>(time); }

std::string SecondsText(microseconds time) { return JsonTextOf(Shown(time)); }

void WritePercent(JsonWriter& out, std::optional<double> percent) {
  out.Key("uptime");
  if (percent) {
    out.Double(Cut(*percent));
  } else {
    out.Null();
  }
}

void WriteFigures(JsonWriter& out, const ReportFigures& figures) {
  const MemberWriter write(out);
  write("outages", figures.outages);
  write("longest", Shown(figures.longest));
  for (const auto& [name, kind] : kSums) write(std::string_view(name), Shown(Of(figures.time, kind)));
}

}  // namespace

std::optional<double> UptimeOf(const ReportFigures& figures) {
  const microseconds up = Of(figures.time, TimeKind::kUp), counted = up + Of(figures.time, TimeKind::kDown);
  if (counted <= microseconds(0)) return std::nullopt;
  return 100.0 * static_cast<double>(up.count()) / static_cast<double>(counted.count());
}

bool is_breach(const ReportRow& row) {
  const auto uptime = UptimeOf(row.figures);
  return uptime && row.target && *uptime < *row.target;
}

MonthlyReport MakeReport(Month month, std::string timezone, WallTime from, WallTime to, std::vector<ReportRow> rows) {
  MonthlyReport report{month, std::move(timezone), from, to, std::move(rows), {}};
  std::sort(report.rows.begin(), report.rows.end(),
            [](const ReportRow& a, const ReportRow& b) { return std::tie(a.name, a.host) < std::tie(b.name, b.host); });
  std::map<std::string, ReportCustomer> customers;
  for (const ReportRow& row : report.rows) {
    if (row.customer.empty()) continue;
    ReportCustomer& customer = customers[row.customer];
    customer.customer = row.customer;
    ++customer.hosts;
    customer.breaches += is_breach(row) ? 1 : 0;
    customer.figures.outages += row.figures.outages;
    customer.figures.longest = std::max(customer.figures.longest, row.figures.longest);
    for (size_t kind = 0; kind < kTimeKinds; ++kind) customer.figures.time[kind] += row.figures.time[kind];
  }
  for (auto& [name, customer] : customers) report.customers.push_back(std::move(customer));
  return report;
}

std::vector<const ReportRow*> WorstFirst(const MonthlyReport& report) {
  // What it is short of its target, and what it was not up; both least where nothing was counted.
  const auto order = [](const ReportRow& row) {
    const auto uptime = UptimeOf(row.figures);
    const double missing = is_breach(row) ? *row.target - *uptime : 0;
    return std::tuple(!is_breach(row), -missing, uptime.value_or(101));
  };
  std::vector<const ReportRow*> rows;
  for (const ReportRow& row : report.rows) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const ReportRow* a, const ReportRow* b) { return order(*a) < order(*b); });
  return rows;
}

void WriteReport(JsonWriter& out, const MonthlyReport& report) {
  const MemberWriter write(out);
  out.StartObject();
  write("month", TextOf(report.month));
  write("timezone", report.timezone);
  write("from", report.from);
  write("to", report.to);
  out.Key("rows");
  out.StartArray();
  for (const ReportRow& row : report.rows) {
    out.StartObject();
    write("host", row.host);
    write("name", row.name);
    write("customer", row.customer);
    WritePercent(out, UptimeOf(row.figures));
    write("target", row.target);
    write("breach", is_breach(row));
    WriteFigures(out, row.figures);
    write("rtt_avg", row.rtt_avg);
    write("loss", row.loss);
    out.EndObject();
  }
  out.EndArray();
  out.Key("customers");
  out.StartArray();
  for (const ReportCustomer& customer : report.customers) {
    out.StartObject();
    write("customer", customer.customer);
    write("hosts", customer.hosts);
    WritePercent(out, UptimeOf(customer.figures));
    write("breaches", customer.breaches);
    WriteFigures(out, customer.figures);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
}

std::string ReportTable(const MonthlyReport& report) {
  CsvWriter out;
  for (const char* name : {"host", "name", "customer", "uptime", "target", "breach", "outages", "longest"})
    out.Plain(name);
  for (const auto& [name, kind] : kSums) out.Plain(name);
  for (const char* name : {"rtt_avg", "loss"}) out.Plain(name);
  out.EndRow();
  for (const ReportRow& row : report.rows) {
    const auto uptime = UptimeOf(row.figures);
    const auto number = [&](const auto& value) { out.Plain(value ? JsonTextOf(value) : ""); };
    out.Text(row.host);
    out.Text(row.name);
    out.Text(row.customer);
    out.Plain(uptime ? PercentText(*uptime) : "");
    number(row.target);
    out.Plain(is_breach(row) ? "yes" : "no");
    out.Plain(std::to_string(row.figures.outages));
    out.Plain(SecondsText(row.figures.longest));
    for (const auto& [name, kind] : kSums) out.Plain(SecondsText(Of(row.figures.time, kind)));
    number(row.rtt_avg);
    number(row.loss);
    out.EndRow();
  }
  return std::move(out).Take();
}

std::string PercentText(double percent, int decimals) {
  return JsonText([&](JsonWriter& out) { out.Double(Cut(percent, decimals)); });
}

}  // namespace linewatch
