// What a report is made of, read from the data folder: events/ says what became of each host, history/ how well it
// answered.
#ifndef LINEWATCH_STORE_REPORT_DATA_H_
#define LINEWATCH_STORE_REPORT_DATA_H_

#include "store/config.h"
#include "store/host_store.h"
#include "store/report.h"

namespace linewatch {

// Of [from, to), which lies within the month; `known_until` is until when monitord is known to have watched. An outage
// counts when it reached the threshold and was the host's own fault, by the last word that was said on it.
// Needs no time zone: any thread may call it. Throws std::system_error.
MonthlyReport ReadReport(const Folders& folders, const Config& config, Month month, WallTime from, WallTime to,
                         WallTime known_until);

}  // namespace linewatch

#endif
