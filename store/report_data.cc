#include "store/report_data.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "store/history_log.h"
#include "store/ledger.h"

namespace linewatch {

MonthlyReport ReadReport(const Folders& folders, const Config& config, Month month, WallTime from, WallTime to,
                         WallTime known_until) {
  std::vector<ReportRow> rows;
  if (from < to) {
    const auto measured = HistoryLog(folders.history()).ReadAll(from, to);
    const auto known = [](float value) { return value < 0 ? std::nullopt : std::optional<double>(value); };
    const LedgerQuery query{from, to, known_until, config.interval * config.fail_threshold, ""};
    for (HostLedger& host : ReadLedger(EventLog(folders.events()), query).hosts) {
      ReportRow& row = rows.emplace_back();
      if (const auto found = measured.find(host.host); found != measured.end()) {
        row.rtt_avg = known(found->second.rtt_avg);
        row.loss = known(found->second.loss);
      }
      row.host = std::move(host.host);
      row.name = std::move(host.name);
      row.customer = std::move(host.customer);
      row.target = host.sla_percent;
      row.figures.time = host.time;
      for (const Outage& outage : host.outages) {
        if (outage.is_short || outage.cause != Cause::kHost) continue;
        ++row.figures.outages;
        // One that goes on is known no longer than monitord has watched.
        const WallTime end = std::min(outage.end.value_or(known_until), to);
        const auto length = std::max(end - std::max(outage.start, from), std::chrono::microseconds(0));
        row.figures.longest = std::max(row.figures.longest, length);
      }
    }
  }
  return MakeReport(month, TimeZoneName(config), from, to, std::move(rows));
}

}  // namespace linewatch
