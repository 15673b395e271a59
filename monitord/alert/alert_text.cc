#include "monitord/alert/alert_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "monitord/alert/html_mail.h"
#include "monitord/system/time_text.h"
#include "store/text/markup.h"
#include "store/text/plain_text.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

constexpr size_t kMostNames = 30;  // of the hosts below one

// In the order of AlertKind.
constexpr std::array<std::string_view, kAlertKindNames.size()> kWords = {
    "DOWN",    "UP",    "FLAPPING", "STABLE",        "DEGRADED",  "NORMAL", "CERTIFICATE",
    "RENEWED", "BLIND", "BLIND",    "NOT RECORDING", "RECORDING", "TEST"};
// White on them can be read, and they stand out from a light page and from a dark one.
constexpr std::array<std::string_view, kAlertKindNames.size()> kColours = {
    "#b3261e", "#1b7a3d", "#9a3d8a", "#1b7a3d", "#a65a00", "#1b7a3d", "#a65a00",
    "#1b7a3d", "#b3261e", "#56606b", "#b3261e", "#1b7a3d", "#2a62b8"};

std::string WordOf(const Alert& alert) { return std::string(kWords[static_cast<size_t>(alert.kind)]); }

std::string CutTo(const std::string& text, size_t characters) {
  if (CharacterCount(text) <= characters) return text;
  return std::string(FirstCharacters(text, characters - 1)) + "…";
}

std::string LengthText(const Alert& alert) { return DurationText(alert.t - alert.since); }

std::string WhoText(const Alert& alert, size_t below) {
  std::string who = alert.ip.empty() ? alert.name : alert.name + " (" + alert.ip + ")";
  if (below > 0) who += " and " + CountOf(below, "host") + " below it";
  return who;
}

std::string Joined(const std::string& text, const char* between, const std::string& more) {
  return more.empty() ? text : text + between + more;
}

// What follows the word: "Server A (192.168.0.1) since 12:03:10, no answer within 1 s".
std::string StoryOf(const Alert& alert, const std::string& title, WallTime now, size_t below) {
  const std::string since = alert.since == kNever ? "" : " since " + ClockText(alert.since, now);
  const std::string who = WhoText(alert, below);
  const auto after = [&](const char* what) {
    return who + (alert.since == kNever ? "" : " after " + LengthText(alert) + ", " + what + since);
  };
  switch (alert.kind) {
    case AlertKind::kDown:
    case AlertKind::kDegraded:
      return Joined(who + since + (alert.is_repeat ? ", still" : ""), ", ", alert.reason);
    case AlertKind::kRecovery:
      return after("down");
    case AlertKind::kDegradedOver:
      return after("degraded");
    case AlertKind::kFlapping:
      return Joined(who, ", ", alert.reason) + "; the next notification comes when it is stable";
    case AlertKind::kStable:
    case AlertKind::kCertificate:
    case AlertKind::kCertificateOver:
      return Joined(who, ", ", alert.reason);
    case AlertKind::kStillBlind:
      return "since " + ClockText(alert.since, now) + ", " + alert.reason + ": no host counts as down while it lasts";
    case AlertKind::kBlind:
      return Joined("from " + ClockText(alert.since, now) + " to " + ClockText(alert.t, now) + " (" +
                        LengthText(alert) + "): nobody was blamed for it",
                    ", ", alert.reason);
    case AlertKind::kUnwritable:
      return Joined("anything since " + ClockText(alert.since, now) + ": hosts are watched and alerts are sent", ", ",
                    alert.reason);
    case AlertKind::kWritable:
      return "again after " + LengthText(alert) + ", not since " + ClockText(alert.since, now);
    case AlertKind::kTest:
      break;
  }
  return "from " + title + ": this way to you works";
}

size_t DependentsOf(const Alert& alert) { return static_cast<size_t>(std::max(alert.dependents_count, 0)); }

std::string LineOf(const Alert& alert, const std::string& title, WallTime now, size_t below) {
  return WordOf(alert) + ' ' + StoryOf(alert, title, now, below);
}

// "3 DOWN, 1 UP: A, B, C, …"
std::string SubjectOfMany(std::span<const Alert> alerts) {
  std::array<size_t, kAlertKindNames.size()> counts{};
  std::vector<size_t> kinds;  // the gravest first, as the alerts are
  for (const Alert& alert : alerts) {
    const auto kind = static_cast<size_t>(alert.kind);
    if (counts[kind]++ == 0) kinds.push_back(kind);
  }
  std::string subject;
  for (const size_t kind : kinds)
    subject += (subject.empty() ? "" : ", ") + std::to_string(counts[kind]) + ' ' + std::string(kWords[kind]);
  const char* before = ": ";
  for (const Alert& alert : alerts) {
    if (alert.name.empty()) continue;
    constexpr size_t kRoomForMore = 3;  // ", …"
    if (CharacterCount(subject) + CharacterCount(before) + CharacterCount(alert.name) + kRoomForMore > kLongestSubject)
      return subject + before + "…";
    subject += before + alert.name;
    before = ", ";
  }
  return subject;
}

std::string SubjectOf(std::span<const Alert> alerts, const std::string& title, WallTime now) {
  const Alert& first = alerts.front();
  const bool is_one_story = std::all_of(alerts.begin() + 1, alerts.end(), [&](const Alert& alert) {
    return alert.kind == first.kind && !alert.below.empty() && alert.below == first.host;
  });
  if (!is_one_story) return SubjectOfMany(alerts);
  return LineOf(first, title, now, std::max(DependentsOf(first), alerts.size() - 1));
}

std::string NamesBelow(const Alert& alert) { return ListOf(alert.dependents, kMostNames, DependentsOf(alert)); }

// What there is to know of one alert, each with its label; whole sentences have none.
using Facts = std::vector<std::pair<std::string, std::string>>;
Facts FactsOf(const Alert& alert, std::span<const Alert> alerts, WallTime now) {
  Facts facts;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) facts.emplace_back(label, value);
  };
  const bool is_end = TraitsOf(alert.kind).is_end;
  if (!alert.host.empty()) {
    add("Address", alert.ip);
    add("Customer", alert.customer);
    add("Group", alert.group);
  }
  const bool is_of_certificate = TraitsOf(alert.kind).condition == Condition::kCertificate;
  if (alert.kind != AlertKind::kTest && !is_of_certificate && alert.since != kNever) {
    add(is_end ? "From" : "Since", ClockText(alert.since, now) + (is_end ? "" : " (" + LengthText(alert) + ")"));
    if (is_end) add("To", ClockText(alert.t, now) + " (" + LengthText(alert) + ")");
  }
  add(alert.kind == AlertKind::kRecovery ? "But now" : "Reason", alert.reason);
  if (!alert.host.empty() && !is_end && !is_of_certificate && alert.kind != AlertKind::kDegraded)
    add("Last answer", alert.last_good == kNever ? "none so far" : ClockText(alert.last_good, now));
  add("Below it", NamesBelow(alert));
  if (!alert.below.empty()) {
    const auto cause =
        std::find_if(alerts.begin(), alerts.end(), [&](const Alert& other) { return other.host == alert.below; });
    if (cause != alerts.end()) add("Reached by", cause->name);
  }
  if (alert.is_repeat) add("", "You were notified before, and it has not changed.");
  if (alert.is_late) add("", "It was over before this could be delivered here.");
  return facts;
}

std::string BadgeOf(const Alert& alert) {
  const auto kind = static_cast<size_t>(alert.kind);
  return "<span style=\"background:" + std::string(kColours[kind]) +
         ";color:#ffffff;padding:2px 8px;border-radius:4px;font-weight:bold\">" + std::string(kWords[kind]) + "</span>";
}

// The two forms of a message, written side by side.
struct Body {
  std::string text, html;
};

// A heading, and what is known below it.
void AddBlock(Body& body, const Alert& alert, std::span<const Alert> alerts, const std::string& title, WallTime now) {
  const size_t below = DependentsOf(alert);
  if (!body.text.empty()) body.text += '\n';
  body.text += LineOf(alert, title, now, below) + '\n';
  body.html += "<div style=\"margin:0 0 20px\"><p style=\"margin:0 0 8px;line-height:1.6\">" + BadgeOf(alert) + " " +
               HtmlEscaped(StoryOf(alert, title, now, below)) + "</p>\n";
  std::string rows, notes;
  for (const auto& [label, value] : FactsOf(alert, alerts, now)) {
    body.text += "  ";
    if (!label.empty()) body.text += label + ": ";
    body.text += value + '\n';
    if (label.empty()) {
      notes += "<p style=\"margin:8px 0 0\">" + HtmlEscaped(value) + "</p>\n";
    } else {
      rows += "<tr><td style=\"padding:2px 16px 2px 0;vertical-align:top;white-space:nowrap;opacity:.7\">" + label +
              "</td><td style=\"padding:2px 0;overflow-wrap:anywhere\">" + HtmlEscaped(value) + "</td></tr>\n";
    }
  }
  if (!rows.empty()) body.html += "<table style=\"border-collapse:collapse\">\n" + rows + "</table>\n";
  body.html += notes + "</div>\n";
}

// One line each under a heading for each kind.
void AddList(Body& body, std::span<const Alert> alerts, const std::string& title, WallTime now) {
  size_t lines = 0;
  for (size_t i = 0; i < alerts.size() && lines < kMostLines;) {
    size_t end = i;
    while (end < alerts.size() && alerts[end].kind == alerts[i].kind) ++end;
    const std::string heading = WordOf(alerts[i]) + ": " + std::to_string(end - i);
    body.text += (body.text.empty() ? "" : "\n") + heading + '\n';
    body.html += "<p style=\"margin:0 0 8px\">" + BadgeOf(alerts[i]) + " " + std::to_string(end - i) +
                 "</p>\n<table style=\"border-collapse:collapse;margin:0 0 20px\">\n";
    for (; i < end && lines < kMostLines; ++i, ++lines) {
      const std::string story = StoryOf(alerts[i], title, now, DependentsOf(alerts[i]));
      const bool is_below = !alerts[i].below.empty();
      body.text += (is_below ? "      " : "  ") + story + '\n';
      body.html += std::string("<tr><td style=\"padding:3px 0 3px ") + (is_below ? "24px" : "0") +
                   ";border-top:1px solid rgba(127,127,127,.35)\">" + HtmlEscaped(story) + "</td></tr>\n";
    }
    body.html += "</table>\n";
  }
  if (lines == alerts.size()) return;
  const std::string more = "and " + std::to_string(alerts.size() - lines) + " more";
  body.text += '\n' + more + '\n';
  body.html += "<p>" + more + "</p>\n";
}

void CleanControls(Alert& alert) {
  for (std::string* text : {&alert.name, &alert.ip, &alert.customer, &alert.group, &alert.reason})
    *text = WithoutControls(*text);
  for (std::string& name : alert.dependents) name = WithoutControls(name);
}

}  // namespace

MessageText ComposeMessage(std::span<const Alert> alerts, const std::string& title, const std::string& public_url,
                           WallTime now) {
  std::vector<Alert> clean(alerts.begin(), alerts.end());
  for (Alert& alert : clean) CleanControls(alert);
  const std::string clean_title = WithoutControls(title), url = WithoutControls(public_url);

  Body body;
  if (clean.size() > kMostDetailed) {
    AddList(body, clean, clean_title, now);
  } else {
    for (const Alert& alert : clean) AddBlock(body, alert, clean, clean_title, now);
  }
  body.text += '\n' + Joined(clean_title, ": ", url) + '\n';
  const std::string subject = CutTo(SubjectOf(clean, clean_title, now), kLongestSubject);
  std::string html = HtmlMail(subject, body.html, clean_title, url);
  return {subject, std::move(body.text), std::move(html)};
}

}  // namespace linewatch
