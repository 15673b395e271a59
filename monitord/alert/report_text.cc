#include "monitord/alert/report_text.h"

#include <algorithm>
#include <vector>

#include "monitord/alert/html_mail.h"
#include "monitord/system/time_text.h"
#include "store/text/markup.h"
#include "store/text/plain_text.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

std::string Percent(const std::optional<double>& percent) {
  return percent ? PercentText(*percent, 3) + " %" : "nothing counted";
}

std::string NameText(const ReportRow& row) {
  return WithoutControls(row.customer.empty() ? row.name : row.name + " (" + row.customer + ")");
}

bool was_watched(const ReportRow& row) { return UptimeOf(row.figures).has_value(); }
bool was_down(const ReportRow& row) { return Of(row.figures.time, TimeKind::kDown).count() > 0; }

// "6 outages, down 5 h 12 min, longest 3 h 2 min".
std::string DownText(const ReportFigures& figures) {
  const auto down = Of(figures.time, TimeKind::kDown);
  if (down.count() == 0) return "never down";
  std::string text = CountOf(static_cast<size_t>(figures.outages), "outage") + ", down " + DurationText(down);
  if (figures.outages > 1) text += ", longest " + DurationText(figures.longest);
  return text;
}

// How many targets were kept, in a few words.
std::string VerdictOf(const MonthlyReport& report) {
  size_t with_target = 0, breached = 0;
  for (const ReportRow& row : report.rows) {
    with_target += row.target && was_watched(row) ? 1 : 0;
    breached += is_breach(row) ? 1 : 0;
  }
  if (breached > 0) return CountOf(breached, "host") + " of " + std::to_string(with_target) + " below target";
  if (with_target > 0)
    return with_target == 1 ? "the target was kept" : "all " + std::to_string(with_target) + " targets kept";
  const auto known = static_cast<size_t>(std::count_if(report.rows.begin(), report.rows.end(), was_watched));
  if (known == 0) return "nothing is known of " + CountOf(report.rows.size(), "host");
  const auto down = std::count_if(report.rows.begin(), report.rows.end(), was_down);
  return CountOf(known, "host") + ", " + (down == 0 ? "none" : std::to_string(down)) + " ever down";
}

constexpr char kHead[] =
    "style=\"padding:4px 12px 4px 0;text-align:left;border-bottom:2px solid rgba(127,127,127,.6)\"";
constexpr char kCell[] =
    "style=\"padding:4px 12px 4px 0;vertical-align:top;border-bottom:1px solid rgba(127,127,127,.3)\"";

std::string HtmlRow(const char* tag, const char* style, const std::vector<std::string>& cells) {
  std::string row = "<tr>";
  for (const std::string& cell : cells)
    row.append("<").append(tag).append(" ").append(style).append(">").append(cell).append("</").append(tag).append(">");
  return row + "</tr>\n";
}

// The two forms of the mail, written side by side.
struct Body {
  std::string text, html;

  void Heading(const std::string& heading, bool is_bad) {
    text += '\n' + heading + '\n';
    html += std::string("<h2 style=\"font-size:18px;margin:20px 0 8px") + (is_bad ? ";color:#c0392b" : "") + "\">" +
            HtmlEscaped(heading) + "</h2>\n";
  }
  void Paragraph(const std::string& words) {
    text += '\n' + words + '\n';
    html += "<p style=\"margin:8px 0\">" + HtmlEscaped(words) + "</p>\n";
  }
};

void AddHosts(Body& body, const std::vector<const ReportRow*>& rows) {
  body.html += "<table style=\"border-collapse:collapse\">\n" +
               HtmlRow("th", kHead, {"Host", "Uptime", "Target", "Outages", "Down", "Longest"});
  for (const ReportRow* row : rows) {
    const auto uptime = UptimeOf(row->figures);
    const auto target = row->target ? PercentText(*row->target, 3) + " %" : "";
    body.text += NameText(*row) + ": " + Percent(uptime) + (is_breach(*row) ? ", target " + target : "") + "\n  " +
                 DownText(row->figures) + '\n';
    std::string name = HtmlEscaped(WithoutControls(row->name));
    if (!row->customer.empty())
      name += "<br><span style=\"opacity:.7\">" + HtmlEscaped(WithoutControls(row->customer)) + "</span>";
    const std::string percent = HtmlEscaped(Percent(uptime));
    body.html += HtmlRow("td", kCell,
                         {name, is_breach(*row) ? "<b style=\"color:#c0392b\">" + percent + "</b>" : percent, target,
                          std::to_string(row->figures.outages), DurationText(Of(row->figures.time, TimeKind::kDown)),
                          DurationText(row->figures.longest)});
  }
  body.html += "</table>\n";
}

void AddCustomers(Body& body, const MonthlyReport& report) {
  body.Heading("Customers", false);
  body.html += "<table style=\"border-collapse:collapse\">\n" +
               HtmlRow("th", kHead, {"Customer", "Hosts", "Uptime", "Below target", "Outages"});
  for (const ReportCustomer& customer : report.customers) {
    const std::string name = WithoutControls(customer.customer), uptime = Percent(UptimeOf(customer.figures));
    const std::string hosts = CountOf(static_cast<size_t>(customer.hosts), "host");
    body.text.append(name).append(": ").append(hosts).append(", ").append(uptime);
    if (customer.breaches > 0) body.text += ", " + std::to_string(customer.breaches) + " below target";
    body.text += '\n';
    body.html += HtmlRow("td", kCell,
                         {HtmlEscaped(name), std::to_string(customer.hosts), HtmlEscaped(uptime),
                          std::to_string(customer.breaches), std::to_string(customer.figures.outages)});
  }
  body.html += "</table>\n";
}

}  // namespace

Message ComposeReport(const MonthlyReport& report, const std::string& title, const std::string& public_url) {
  std::vector<const ReportRow*> below, others;
  size_t reported = 0, never_down = 0, unwatched = 0, left_out = 0;
  for (const ReportRow* row : WorstFirst(report)) {
    if (!is_breach(*row) && !was_down(*row)) {
      ++(was_watched(*row) ? never_down : unwatched);
    } else if (reported == kMostReported) {
      ++left_out;
    } else {
      ++reported;
      (is_breach(*row) ? below : others).push_back(row);
    }
  }

  const std::string name = WithoutControls(title), url = WithoutControls(public_url);
  Message message;
  message.subject = "Report " + TitleOf(report.month) + ": " + VerdictOf(report);
  Body body;
  body.text = message.subject + '\n';
  body.html = "<h1 style=\"font-size:22px;margin:0 0 12px\">" + TitleOf(report.month) + ": " +
              HtmlEscaped(VerdictOf(report)) + "</h1>\n";
  if (!below.empty()) {
    body.Heading("Below target", true);
    AddHosts(body, below);
  }
  if (!others.empty()) {
    body.Heading(below.empty() ? "Hosts that were down" : "Other hosts that were down", false);
    AddHosts(body, others);
  }
  if (left_out > 0) body.Paragraph("and " + CountOf(left_out, "host") + " more; the table that is attached has all");
  if (never_down > 0)
    body.Paragraph(CountOf(never_down, "host") + (never_down == 1 ? " was" : " were") + " never down.");
  if (unwatched > 0)
    body.Paragraph(CountOf(unwatched, "host") + (unwatched == 1 ? " was not watched: nothing is known of it."
                                                                : " were not watched: nothing is known of them."));
  if (!report.customers.empty()) AddCustomers(body, report);
  body.text += "\nThe attached table has all hosts and figures.\n\n" + name + (url.empty() ? "" : ": " + url) + '\n';
  body.html += "<p style=\"margin:20px 0 8px\">The attached table has all hosts and figures.</p>\n";
  message.text = std::move(body.text);
  message.html = HtmlMail(message.subject, body.html, name, url);
  message.attachment = {"linewatch-report-" + TextOf(report.month) + ".csv", ReportTable(report)};
  return message;
}

}  // namespace linewatch
