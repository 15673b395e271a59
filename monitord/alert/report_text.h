// The mail with a month's report: hosts that missed their agreed uptime come first. Pure.
#ifndef LINEWATCH_MONITORD_ALERT_REPORT_TEXT_H_
#define LINEWATCH_MONITORD_ALERT_REPORT_TEXT_H_

#include <string>

#include "store/alert.h"
#include "store/report.h"

namespace linewatch {

// Subject, text, HTML and the whole table as an attachment. Hosts that were never down are counted, not listed, and of
// the others at most kMostReported. `title` is the installation's, `public_url` that of its dashboard, perhaps empty.
Message ComposeReport(const MonthlyReport& report, const std::string& title, const std::string& public_url);
inline constexpr size_t kMostReported = 200;

}  // namespace linewatch

#endif
