// The route /api/health: everything that keeps hosts from being watched, edits from being kept, or messages from being
// delivered.
#ifndef LINEWATCH_CGI_HEALTH_H_
#define LINEWATCH_CGI_HEALTH_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cgi/http.h"
#include "cgi/installation.h"
#include "store/host_list.h"
#include "store/outbox.h"

namespace linewatch::cgi {

// monitord takes a request at once; a cycle that is under way holds it up for no longer than this.
inline constexpr std::chrono::seconds kRequestPatience(10);

struct FolderState {
  std::string_view name;  // "data", "live"
  std::error_code error;  // why nothing can be written there, if so
  uint64_t free_bytes = 0, needed_bytes = 0;
};

// What problems are found from, as of one moment.
struct Signs {
  WallTime now;
  HostList header;  // of hosts.json, without the hosts
  std::chrono::milliseconds interval, timeout;
  bool config_broken = false;
  WallTime requests_since = kNever;  // the oldest that waits
  std::vector<FolderState> folders;
  std::vector<QueuedMessage> outbox;
  std::vector<std::string> outbox_damaged;  // names of files
};

// Empty when all is well.
std::vector<Notice> FindProblems(const Signs& signs);

// Those of FindProblems that are about messages which are not delivered.
std::vector<Notice> FindOutboxProblems(const std::vector<QueuedMessage>& waiting,
                                       const std::vector<std::string>& damaged, WallTime now);

// The problem because of which monitord would not answer: it has never run, was stopped, or completes no cycles.
// Nothing if it runs.
std::optional<Notice> FindAbsence(Installation& installation);

// 200 without problems, else 503, with {ok, problems, updated, interval, cycle_ms, late_ms, voided, state, version}.
Response ShowHealth(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
