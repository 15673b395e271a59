#include "monitord/alert/alert_text.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

constexpr WallTime kOutage{1763800990s};  // 2025-11-22 08:43:10 UTC
constexpr WallTime kNow = kOutage + 100s;

void UseUtc() {
  setenv("TZ", "UTC", 1);
  tzset();
}

Alert Of(AlertKind kind, const std::string& name = "Server A", const std::string& ip = "192.168.0.1") {
  Alert alert;
  alert.kind = kind;
  alert.t = kNow;
  alert.since = kOutage;
  alert.host = alert.name = name;
  alert.ip = ip;
  alert.last_good = kOutage - 10s;
  if (kind == AlertKind::kDown) alert.reason = "no answer within 1 s";
  if (kind == AlertKind::kDegraded) alert.reason = "120 ms, slower than 100 ms";
  if (kind == AlertKind::kFlapping) alert.reason = "down 4 times within 1 h";
  if (kind == AlertKind::kStable) alert.reason = "no outage for 1 h";
  if (kind >= AlertKind::kStillBlind) alert.host = alert.name = alert.ip = "";
  return alert;
}
Alert Router(int below) {
  Alert alert = Of(AlertKind::kDown, "Router", "10.0.0.1");
  alert.dependents_count = below;
  for (int i = 1; i <= std::min(below, static_cast<int>(Alert::kMostDependents)); ++i)
    alert.dependents.push_back("Line " + std::to_string(i));
  return alert;
}

MessageText Composed(const std::vector<Alert>& alerts, WallTime now = kNow) {
  UseUtc();
  return ComposeMessage(alerts, "Linewatch", "https://status.example.org/", now);
}
std::string Subject(const std::vector<Alert>& alerts, WallTime now = kNow) { return Composed(alerts, now).subject; }

TEST_CASE("a subject says what, who, where, since when and why", "[alert_text]") {
  CHECK(Subject({Of(AlertKind::kDown)}) == "DOWN Server A (192.168.0.1) since 08:43:10, no answer within 1 s");
  CHECK(Subject({Of(AlertKind::kDown)}, kNow + 24h) ==
        "DOWN Server A (192.168.0.1) since 2025-11-22 08:43:10, no answer within 1 s");
  Alert repeat = Of(AlertKind::kDown);
  repeat.is_repeat = true;
  CHECK(Subject({repeat}) == "DOWN Server A (192.168.0.1) since 08:43:10, still, no answer within 1 s");
  Alert up = Of(AlertKind::kRecovery);
  up.t = kOutage + 137s;
  CHECK(Subject({up}) == "UP Server A (192.168.0.1) after 137 s, down since 08:43:10");
  up.t = kOutage + 2 * 24h + 4h;
  CHECK(Subject({up}, up.t) == "UP Server A (192.168.0.1) after 2 d 4 h, down since 2025-11-22 08:43:10");
  CHECK(Subject({Of(AlertKind::kFlapping)}) ==
        "FLAPPING Server A (192.168.0.1), down 4 times within 1 h; the next notification comes when it is stable");
  CHECK(Subject({Of(AlertKind::kStable)}) == "STABLE Server A (192.168.0.1), no outage for 1 h");
  CHECK(Subject({Of(AlertKind::kDegraded)}) ==
        "DEGRADED Server A (192.168.0.1) since 08:43:10, 120 ms, slower than 100 ms");
  CHECK(Subject({Of(AlertKind::kDegradedOver)}) ==
        "NORMAL Server A (192.168.0.1) after 100 s, degraded since 08:43:10");
  Alert certificate = Of(AlertKind::kCertificate, "Shop", "https://shop.example/");
  certificate.reason = "expires in 14 days, 2025-12-06 08:44:50; issued by Example CA";
  CHECK(Subject({certificate}) ==
        "CERTIFICATE Shop (https://shop.example/), expires in 14 days, 2025-12-06 08:44:50; issued by Example CA");
  Alert still_blind = Of(AlertKind::kStillBlind);
  still_blind.reason = "no uplink answers";
  CHECK(Subject({still_blind}) == "BLIND since 08:43:10, no uplink answers: no host counts as down while it lasts");
  Alert blind = Of(AlertKind::kBlind);
  blind.t = kOutage + 390s;
  CHECK(Subject({blind}) == "BLIND from 08:43:10 to 08:49:40 (6 min): nobody was blamed for it");
  Alert unwritable = Of(AlertKind::kUnwritable);
  unwritable.reason = "No space left on device in /var/lib/linewatch";
  CHECK(Subject({unwritable}) ==
        "NOT RECORDING anything since 08:43:10: hosts are watched and alerts are sent, No space "
        "left on device in /var/lib/linewatch");
  Alert writable = Of(AlertKind::kWritable);
  writable.reason = "";
  writable.t = kOutage + 390s;
  CHECK(Subject({writable}) == "RECORDING again after 6 min, not since 08:43:10");
  CHECK(Subject({Of(AlertKind::kTest)}) == "TEST from Linewatch: this way to you works");
}

TEST_CASE("the subject of several names the root cause, or counts", "[alert_text]") {
  CHECK(Subject({Router(200)}) == "DOWN Router (10.0.0.1) and 200 hosts below it since 08:43:10, no answer within 1 s");
  Alert line = Of(AlertKind::kDown);
  line.below = "Router";
  CHECK(Subject({Router(0), line}) ==
        "DOWN Router (10.0.0.1) and 1 host below it since 08:43:10, no answer within 1 s");
  CHECK(Subject({Of(AlertKind::kDown, "A"), Of(AlertKind::kDown, "B"), Of(AlertKind::kRecovery, "C")}) ==
        "2 DOWN, 1 UP: A, B, C");
  CHECK(Subject({Of(AlertKind::kDown, "A"), Of(AlertKind::kBlind)}) == "1 DOWN, 1 BLIND: A");
}

size_t CharactersOf(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

TEST_CASE("a subject is one line of bounded length, cut between whole characters", "[alert_text]") {
  std::vector<Alert> many;
  for (int i = 100; i < 300; ++i) many.push_back(Of(AlertKind::kDown, "Straße " + std::to_string(i)));
  const std::string subject = Subject(many);
  CHECK(subject.starts_with("200 DOWN: Straße 100, Straße 101, "));
  CHECK(subject.ends_with(", …"));
  CHECK(CharactersOf(subject) <= kLongestSubject);

  std::string name;
  for (int i = 0; i < 100; ++i) name += "日";
  const std::string cut = Subject({Of(AlertKind::kDown, name, std::string(250, 'x'))});
  CHECK(cut.starts_with("DOWN " + name + " (xx"));
  CHECK(cut.ends_with("x…"));
  CHECK(CharactersOf(cut) == kLongestSubject);
  CHECK(CharactersOf(Subject({Of(AlertKind::kDown, std::string(60, 'x') + name)})) == kLongestSubject);

  Alert forged = Of(AlertKind::kDown, "A\r\nBcc: all@example.org\x7f\xc2\x85");
  const MessageText message = Composed({forged});
  CHECK(message.subject.starts_with("DOWN A  Bcc: all@example.org   (192.168.0.1)"));
  CHECK_THAT(message.text, !ContainsSubstring("\r"));
  CHECK_THAT(message.text, !ContainsSubstring("\nBcc"));
}

TEST_CASE("what a message says", "[alert_text]") {
  Alert router = Router(170);
  router.customer = "Müller & Söhne";
  router.group = "north";
  Alert line = Of(AlertKind::kDown);
  line.below = "Router";
  line.is_repeat = true;
  Alert back = Of(AlertKind::kRecovery, "Mast 7", "10.0.7.1");
  back.is_late = true;
  std::string names = "Line 1";
  for (int i = 2; i <= 30; ++i) names += ", Line " + std::to_string(i);
  CHECK(Composed({router, line, back}).text ==
        "DOWN Router (10.0.0.1) and 170 hosts below it since 08:43:10, no answer within 1 s\n"
        "  Address: 10.0.0.1\n"
        "  Customer: Müller & Söhne\n"
        "  Group: north\n"
        "  Since: 08:43:10 (100 s)\n"
        "  Reason: no answer within 1 s\n"
        "  Last answer: 08:43:00\n"
        "  Below it: " +
            names +
            " and 140 more\n"
            "\n"
            "DOWN Server A (192.168.0.1) since 08:43:10, still, no answer within 1 s\n"
            "  Address: 192.168.0.1\n"
            "  Since: 08:43:10 (100 s)\n"
            "  Reason: no answer within 1 s\n"
            "  Last answer: 08:43:00\n"
            "  Reached by: Router\n"
            "  You were notified before, and it has not changed.\n"
            "\n"
            "UP Mast 7 (10.0.7.1) after 100 s, down since 08:43:10\n"
            "  Address: 10.0.7.1\n"
            "  From: 08:43:10\n"
            "  To: 08:44:50 (100 s)\n"
            "  It was over before this could be delivered here.\n"
            "\n"
            "Linewatch: https://status.example.org/\n");
}

TEST_CASE("many alerts are a line each, below a heading for each kind", "[alert_text]") {
  std::vector<Alert> alerts = {Router(0)};
  for (int i = 1; i <= 9; ++i) {
    alerts.push_back(Of(AlertKind::kDown, "Line " + std::to_string(i), "10.0.0.2"));
    if (i < 2) alerts.back().below = "Router";
  }
  alerts.push_back(Of(AlertKind::kRecovery, "Mast 7", "10.0.7.1"));
  const std::string text = Composed(alerts).text;
  CHECK(
      text.starts_with("DOWN: 10\n"
                       "  Router (10.0.0.1) since 08:43:10, no answer within 1 s\n"
                       "      Line 1 (10.0.0.2) since 08:43:10, no answer within 1 s\n"
                       "  Line 2 (10.0.0.2) since 08:43:10, no answer within 1 s\n"));
  CHECK(
      text.ends_with("\n"
                     "UP: 1\n"
                     "  Mast 7 (10.0.7.1) after 100 s, down since 08:43:10\n"
                     "\n"
                     "Linewatch: https://status.example.org/\n"));

  alerts.assign(10000, Of(AlertKind::kDown));
  const MessageText message = Composed(alerts);
  CHECK_THAT(message.text, ContainsSubstring("DOWN: 10000\n") && ContainsSubstring("\nand 9500 more\n"));
  CHECK(std::count(message.text.begin(), message.text.end(), '\n') < 510);
  CHECK(message.html.size() < 200000);
}

TEST_CASE("nothing that people typed is markup", "[alert_text]") {
  Alert alert = Of(AlertKind::kDown, R"(<script>"a" & 'b'</script>)");
  alert.customer = alert.group = alert.reason = alert.ip = "<b>";
  alert.dependents = {"<i>"};
  alert.dependents_count = 1;
  UseUtc();
  const std::string html = ComposeMessage(std::vector{alert}, "<title>", R"(https://x/"onclick=")", kNow).html;
  CHECK_THAT(html, ContainsSubstring("&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"));
  for (const char* markup : {"<script", "<b>", "<i>", "<title>\"", "\"onclick", "src=", "url("})
    CHECK_THAT(html, !ContainsSubstring(markup));
}

}  // namespace
}  // namespace linewatch
