// Mails the report of a month when it is over, or at the next start after that. It is made in a thread of its own: a
// month of events takes a while to read.
#ifndef LINEWATCH_MONITORD_ALERT_REPORT_MAILER_H_
#define LINEWATCH_MONITORD_ALERT_REPORT_MAILER_H_

#include <memory>
#include <optional>

#include "monitord/system/worker_thread.h"
#include "store/alert.h"
#include "store/calendar.h"
#include "store/config.h"
#include "store/host_store.h"
#include "store/value/wall_time.h"

namespace linewatch {

class ReportMailer {
 public:
  explicit ReportMailer(const Folders& folders);
  // A report that is being made is left behind: it touches nothing of this object any more.
  ~ReportMailer();

  // The report that is due, once: to be queued, for smtp alone. Its id names the month, so that the event of its being
  // queued says, to any later run, that it was. To be called every few seconds; costs nothing while none is due. One
  // that cannot be made is logged, and tried again after an hour.
  std::optional<Message> Take(const Config& config, WallTime now);

  // False if one is still being made.
  bool Stop() const;

 private:
  struct Making;
  const Folders folders_;
  std::optional<Month> settled_;       // the last one for which there is nothing to do any more
  std::optional<WallTime> failed_at_;  // since when the one that is due waits for its next try
  std::shared_ptr<Making> making_;     // what the thread is at, or has made
  WorkerThread thread_;
};

}  // namespace linewatch

#endif
