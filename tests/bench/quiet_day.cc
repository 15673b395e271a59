// What a day without any change leaves on the disk, as monitord writes it, by the real writers and with simulated time:
//   quiet_day history|checkpoints|changes DATA LIVE
// DATA/hosts.json is there already. Each write is followed by a sync of the whole file system, so that none shares its
// blocks with another: on a quiet system nothing else is written for minutes.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <string>

#include "store/event_log.h"
#include "store/file/descriptor.h"
#include "store/history_log.h"
#include "store/host_store.h"

namespace linewatch {
namespace {

using std::chrono::seconds;

constexpr WallTime kMidnight{seconds(1795824000)};
constexpr int kSteps = 288, kCheckpoints = 24, kChanges = 100;

HistoryStep StepOf(const HostList& list, WallTime t) {
  HistoryStep step{t, {}, {}};
  for (const Host& host : list.hosts) {
    const float rtt = host.seen.rtt_ms.value_or(10);
    step.hosts.push_back(host.id);
    step.measured.push_back({rtt * 0.9F, rtt, rtt * 1.2F, 0, 300, 0});
  }
  return step;
}

int Run(const std::string& what, const std::string& data, const std::string& live) {
  HostStore store(LocateFolders(data, live));
  Findings findings;
  HostList list = store.Load(findings);
  const Descriptor folder(open(data.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto repeat = [&](int times, const std::function<void(int)>& write) {
    for (int i = 0; i < times; ++i) {
      write(i);
      syncfs(folder.get());
    }
    return 0;
  };
  if (what == "history") {
    HistoryLog history(store.folders().history());
    return repeat(kSteps, [&](int i) {
      history.Append({StepOf(list, kMidnight + i * seconds(300))});
      history.RollUp(kMidnight + (i + 1) * seconds(300));
    });
  }
  if (what == "checkpoints")
    return repeat(kCheckpoints, [&](int i) {
      list.updated = kMidnight + i * seconds(3600);
      HostStore::TakenOver taken;
      store.Publish(list, HostStore::Depth::kDurable, taken);
    });
  if (what == "changes") {
    const EventLog events(store.folders().events());
    return repeat(kChanges, [&](int i) {
      const Host& host = list.hosts[static_cast<size_t>(i) % list.hosts.size()];
      const WallTime t = kMidnight + i * seconds(60);
      events.Append({StatusEvent{t, host.id, host.name, Status::kUp, Status::kFailing, t, "no answer within 1 s"}});
    });
  }
  std::fputs("quiet_day history|checkpoints|changes DATA LIVE\n", stderr);
  return 2;
}

}  // namespace
}  // namespace linewatch

int main(int count, char** arguments) try {
  return linewatch::Run(count == 4 ? arguments[1] : "", count == 4 ? arguments[2] : "", count == 4 ? arguments[3] : "");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
