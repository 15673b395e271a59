#include "monitord/alert/report_mailer.h"

#include "store/event_log.h"
#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"
#include "tests/unit/temp_dir.h"
#include "tests/unit/until.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr Month kMonth{2026, 10};

Config Reporting() {
  Config config;
  config.timezone = "UTC";
  config.report_to = {"boss@example.net"};
  config.smtp.host = "mail.example.net";
  config.smtp.from = "linewatch@example.net";
  config.smtp.to = {"noc@example.net"};
  return config;
}

// An installation in UTC that watched one host from the month's begin on.
struct Installation {
  const TempDir data;
  const Config config = Reporting();
  const EventLog log{data / "events"};
  WallTime end;

  Installation() {
    UseTimeZone(config);
    end = BeginOf(After(kMonth));
    HostSnapshot line{};
    line.id = "a";
    line.name = "Line a";
    line.status = Status::kUp;
    log.Append({HostsEvent{BeginOf(kMonth), {line}}});
  }
  ~Installation() { UseTimeZone(Config()); }
};

// What is answered once the thread has ended.
std::optional<Message> TakeMade(ReportMailer& mailer, const Config& config, WallTime now) {
  if (auto message = mailer.Take(config, now)) return message;
  Until([&] { return mailer.Stop(); });
  return mailer.Take(config, now);
}

TEST_CASE("a report that cannot be made is made later, and then once", "[report_mailer]") {
  const Installation site;
  const auto& [data, config, log, end] = site;
  log.Append({MonitorEvent{end - 1min, MonitorChange::kStop, end - 1min}});
  // What stands in the way of a file of the month is no file.
  std::filesystem::create_directory(data / "events/2026-11.jsonl");

  ReportMailer mailer({data.path(), data.path()});
  CHECK_FALSE(TakeMade(mailer, config, end + 11min));
  std::filesystem::remove(data / "events/2026-11.jsonl");
  CHECK_FALSE(TakeMade(mailer, config, end + 12min));
  const auto message = TakeMade(mailer, config, end + 75min);
  REQUIRE(message);
  CHECK(message->id == "report202610");
  CHECK(message->to == config.report_to);
  CHECK_FALSE(TakeMade(mailer, config, end + 76min));
}

TEST_CASE("a report for which there is no thread just now is made when there is one", "[report_mailer]") {
  const Installation site;
  ReportMailer mailer({site.data.path(), site.data.path()});
  {
    const NoThreads none;
    CHECK_FALSE(mailer.Take(site.config, site.end + 11min));
    CHECK(mailer.Stop());
  }
  CHECK(TakeMade(mailer, site.config, site.end + 11min));
}

TEST_CASE("a report mailed by a clock that was weeks ahead is not taken for the month's", "[report_mailer]") {
  const Installation site;
  const auto& [data, config, log, end] = site;
  AlertEvent queued{};
  queued.id = "report202610";
  queued.t = end + std::chrono::days(14);
  log.Append({queued});

  ReportMailer now({data.path(), data.path()}), later({data.path(), data.path()});
  CHECK(TakeMade(now, config, end + 11min));
  CHECK_FALSE(TakeMade(later, config, end + std::chrono::days(15)));
}

}  // namespace
}  // namespace linewatch
