// The route /metrics: what was last seen of each host and of monitord, in Prometheus's text format 0.0.4.
#ifndef LINEWATCH_CGI_METRICS_H_
#define LINEWATCH_CGI_METRICS_H_

#include <string>
#include <string_view>
#include <vector>

#include "cgi/http.h"
#include "store/host_list.h"
#include "store/outbox.h"

namespace linewatch::cgi {

struct Installation;

// The samples of hosts, and of monitord. Every sample about hosts carries their id and name; all but those of their
// status carry the address, group and kind of check, too. What is not known has no sample, nor has whether a paused
// host is up.
std::string HostMetrics(const HostList& list);
std::string MonitorMetrics(const HostList& header, const std::vector<QueuedMessage>& outbox);

// The text about hosts, made once for each hosts.json that is published: for a thousand hosts (1.5 MB) that takes a
// fast processor 14 ms, in which nobody else is answered, and any viewer may ask as often as he likes.
class MetricsCache {
 public:
  // `read` answers the list of the tag.
  template <class Read>
  const std::string& For(const std::string& tag, Read read) {
    if (tag_ != tag) {
      text_ = HostMetrics(read());
      tag_ = tag;
    }
    return text_;
  }

 private:
  std::string tag_, text_;
};

Response ShowMetrics(Installation& installation, const Request& request, std::string_view id);

}  // namespace linewatch::cgi

#endif
