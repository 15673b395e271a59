#include "cgi/report_api.h"

#include <algorithm>
#include <string>
#include <vector>

#include "store/calendar.h"
#include "store/report_data.h"

namespace linewatch::cgi {

Response ShowReport(Installation& installation, const Request& request, std::string_view) {
  const Config& config = installation.config.settings();
  UseTimeZone(config);
  const WallTime now = WallNow();
  const std::string asked = request.Query("month"), format = request.Query("format");
  const auto month = asked.empty() ? MonthOf(now) : ParseMonth(asked);
  std::vector<FieldError> errors;
  if (!month) errors.push_back({"month", "expected a month as YYYY-MM", ""});
  if (!format.empty() && format != "json" && format != "csv") errors.push_back({"format", "expected json or csv", ""});
  if (!errors.empty()) return FieldProblem(errors);

  const WallTime from = BeginOf(*month), to = std::max(from, std::min(now, BeginOf(After(*month))));
  const WallTime updated = installation.published.Header().updated;
  const MonthlyReport report =
      ReadReport(installation.hosts.folders(), config, *month, from, to, updated == kNever ? now : updated);
  if (format != "csv") return JsonResponse(200, [&](JsonWriter& out) { WriteReport(out, report); });
  Response response;
  response.type = "text/csv; charset=utf-8";
  response.body = ReportTable(report);
  response.SetHeader("Content-Disposition", "attachment; filename=\"linewatch-report-" + TextOf(*month) + ".csv\"");
  return response;
}

}  // namespace linewatch::cgi
