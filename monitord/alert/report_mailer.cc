#include "monitord/alert/report_mailer.h"

#include <exception>
#include <string>
#include <utility>

#include "monitord/alert/report_text.h"
#include "monitord/system/log.h"
#include "store/channel.h"
#include "store/event_log.h"
#include "store/report_data.h"

namespace linewatch {
namespace {

// What happened in its last minutes has been recorded by then.
constexpr std::chrono::minutes kAfterMonth{10};

// After one that could not be made, for a card that does not answer just now: seldom, for it reads a month each time.
constexpr std::chrono::hours kRetryAfter{1};

std::string IdOf(Month month) {
  std::string id = "report" + TextOf(month);
  std::erase(id, '-');
  return id;
}

// What was queued further ahead of now than any clock drifts was queued by a clock that has been corrected since: it
// took another month for this one.
constexpr std::chrono::days kAhead{1};

bool was_queued(const EventLog& events, const std::string& id, WallTime since, WallTime now) {
  bool found = false;
  events.Read(since, EventLog::is_alert, [&](const Event& event) {
    const auto* alert = std::get_if<AlertEvent>(&event);
    found = found || (alert != nullptr && alert->id == id && alert->t <= now + kAhead);
  });
  return found;
}

}  // namespace

// The thread's, until it has ended.
struct ReportMailer::Making {
  Month month;
  std::optional<Message> message;
  bool has_failed = true;
};

ReportMailer::ReportMailer(const Folders& folders) : folders_(folders) {}
ReportMailer::~ReportMailer() = default;

std::optional<Message> ReportMailer::Take(const Config& config, WallTime now) {
  if (making_) {
    if (thread_.is_running()) return std::nullopt;
    const auto made = std::exchange(making_, nullptr);
    if (made->has_failed) {
      failed_at_ = now;
      return std::nullopt;
    }
    settled_ = made->month;
    if (!made->message) return std::nullopt;
    made->message->id = IdOf(made->month);
    made->message->queued = now;
    made->message->to = config.report_to;
    return std::move(made->message);
  }
  if (config.report_to.empty() || !is_set_up("smtp", config)) return std::nullopt;
  const Month month = Before(MonthOf(now - kAfterMonth));
  if (settled_ == month) return std::nullopt;
  if (failed_at_ && now >= *failed_at_ && now - *failed_at_ < kRetryAfter) return std::nullopt;
  failed_at_.reset();

  const auto making = std::make_shared<Making>();
  making->month = month;
  const auto error = thread_.Start(
      "report", [making, folders = folders_, config, month, from = BeginOf(month), to = BeginOf(After(month)), now] {
        try {
          if (!was_queued(EventLog(folders.events()), IdOf(month), to, now)) {
            const MonthlyReport report = ReadReport(folders, config, month, from, to, now);
            if (!report.rows.empty()) making->message = ComposeReport(report, config.title, config.public_url);
          }
          making->has_failed = false;
        } catch (const std::exception& fault) {
          LogWarning("the report of " + TextOf(month) + " could not be made, it is tried again: " + fault.what());
        }
      });
  if (!error) making_ = making;  // without a thread: with the next call
  return std::nullopt;
}

bool ReportMailer::Stop() const { return !thread_.is_running(); }

}  // namespace linewatch
