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

bool is_over_by_list(const Acknowledgement& acknowledgement, const Observation& seen) {
  return seen.status == Status::kUp && acknowledgement.at <= seen.last_good;
}

void EndAcknowledgements(HostList& settings, const HostList& observed, const IsOver& is_over) {
  std::unordered_map<std::string_view, size_t> by_id;
  for (Host& host : settings.hosts) {
    if (!host.acknowledged) continue;
    if (by_id.empty())
      for (size_t i = 0; i < observed.hosts.size(); ++i) by_id.emplace(observed.hosts[i].id, i);
    const auto same = by_id.find(host.id);
    if (same != by_id.end() && TargetOf(observed.hosts[same->second]) == TargetOf(host) &&
        is_over(same->second, *host.acknowledged))
      host.acknowledged.reset();
  }
}

HostOrigins TakeObservations(HostList& settings, HostList&& observed) {
  settings.updated = observed.updated;
  settings.interval = observed.interval;
  settings.monitor = std::move(observed.monitor);
  std::unordered_map<std::string_view, uint32_t> by_id;
  for (uint32_t i = 0; i < observed.hosts.size(); ++i) by_id.emplace(observed.hosts[i].id, i);
  HostOrigins origins;
  origins.reserve(settings.hosts.size());
  for (Host& host : settings.hosts) {
    const auto same = by_id.find(host.id);
    const bool is_same = same != by_id.end() && TargetOf(observed.hosts[same->second]) == TargetOf(host);
    if (is_same) host.seen = std::move(observed.hosts[same->second].seen);
    origins.push_back(is_same ? same->second : kNewHost);
  }
  return origins;
}

}  // namespace linewatch
