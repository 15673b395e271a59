#include "store/host_list.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace linewatch {

const Host* HostList::Find(std::string_view id) const {
  const auto found = std::find_if(hosts.begin(), hosts.end(), [&](const Host& h) { return h.id == id; });
  return found == hosts.end() ? nullptr : &*found;
}

Host* HostList::Find(std::string_view id) { return const_cast<Host*>(std::as_const(*this).Find(id)); }

Summary Summarize(const HostList& list) {
  Summary summary;
  summary.total = list.hosts.size();
  double sum = 0;
  size_t known = 0;
  for (const Host& host : list.hosts) {
    ++summary.by_status[static_cast<size_t>(host.seen.status)];
    if (!host.seen.uptime) continue;
    sum += static_cast<double>(*host.seen.uptime);
    ++known;
  }
  if (known != 0) summary.uptime = sum / static_cast<double>(known);
  return summary;
}

bool is_over(const Acknowledgement& acknowledgement, const Observation& seen) {
  return acknowledgement.at <= seen.settled || (seen.status == Status::kUp && acknowledgement.at <= seen.last_good);
}

void EndAcknowledgements(HostList& settings, const HostList& observed) {
  std::unordered_map<std::string_view, const Host*> by_id;
  for (Host& host : settings.hosts) {
    if (!host.acknowledged) continue;
    if (by_id.empty())
      for (const Host& other : observed.hosts) by_id.emplace(other.id, &other);
    const auto same = by_id.find(host.id);
    if (same != by_id.end() && TargetOf(*same->second) == TargetOf(host) &&
        is_over(*host.acknowledged, same->second->seen))
      host.acknowledged.reset();
  }
}

void TakeObservations(HostList& settings, HostList&& observed) {
  settings.updated = observed.updated;
  settings.interval = observed.interval;
  settings.monitor = std::move(observed.monitor);
  std::unordered_map<std::string_view, Host*> by_id;
  for (Host& host : observed.hosts) by_id.emplace(host.id, &host);
  for (Host& host : settings.hosts) {
    const auto same = by_id.find(host.id);
    if (same != by_id.end() && TargetOf(*same->second) == TargetOf(host)) host.seen = std::move(same->second->seen);
  }
}

}  // namespace linewatch
