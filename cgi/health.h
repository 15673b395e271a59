// The route /api/health: everything that keeps lines from being watched, or edits from being kept.
#ifndef LINEWATCH_CGI_HEALTH_H_
#define LINEWATCH_CGI_HEALTH_H_

#include <chrono>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <vector>

#include "cgi/http.h"
#include "cgi/installation.h"
#include "store/host_list.h"

namespace linewatch::cgi {

struct FolderState {
  std::string_view name;  // "data", "live"
  std::error_code error;  // why nothing can be written there, if so
  uint64_t free_bytes = 0, needed_bytes = 0;
};

// What is known at one moment.
struct Signs {
  WallTime now;
  HostList header;  // of hosts.json, without the hosts
  std::chrono::milliseconds interval, timeout;
  bool config_broken = false;
  WallTime requests_since = kNever;  // the oldest that waits
  std::vector<FolderState> folders;
};

// Empty when all is well.
std::vector<Notice> FindProblems(const Signs& signs);

Response ShowHealth(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
