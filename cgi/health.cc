#include "cgi/health.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>

#include "store/host_json.h"
#include "store/json/json_members.h"

namespace linewatch::cgi {
namespace {

// A message that has waited for longer, or was tried in vain as often, is not delivered by itself any more: somebody
// has to see to it.
constexpr auto kOutboxPatience = std::chrono::minutes(5);
constexpr int kMostAttempts = 3;

// A replacement of hosts.json stands beside the old one for a moment, and so does config.json's; events are lines.
constexpr uint64_t kRoomBesideHosts = 1 << 20;

std::string Seconds(std::chrono::microseconds length) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(length).count()) + " s";
}

void JudgeMonitor(const Signs& signs, std::vector<Notice>& problems) {
  const HostList& list = signs.header;
  const bool ran = list.updated != kNever || list.monitor.state != WatchState::kNone;
  if (!ran) {
    problems.push_back({"monitor_never_ran", "monitord has not run yet: nothing is watched.", kNever});
    return;
  }
  if (list.monitor.state == WatchState::kStopped) {
    problems.push_back({"monitor_stopped", "monitord was stopped: nothing is watched.", list.monitor.since});
    return;
  }
  if (list.monitor.state == WatchState::kBlind)
    problems.push_back({"blind", "monitord is blind: hosts that do not answer are unknown.", list.monitor.since});
  // Just started, monitord may not have ended its first cycle. A start that lies ahead of the clock says nothing.
  const WallTime last = list.monitor.since > signs.now ? list.updated : std::max(list.updated, list.monitor.since);
  const std::chrono::microseconds patience = kMissedCycles * signs.interval + signs.timeout;
  if (signs.now - last > patience)
    problems.push_back(
        {"monitor_late", "monitord has completed no cycle for " + Seconds(signs.now - last) + ".", last});
  if (last - signs.now > patience)
    problems.push_back({"clock_behind",
                        "The last cycle is dated " + Seconds(last - signs.now) +
                            " ahead of the clock: whether monitord is on time cannot be told.",
                        kNever});
}

void JudgeFolder(const FolderState& folder, std::vector<Notice>& problems) {
  const std::string name(folder.name);
  if (folder.error) {
    problems.push_back(
        {"write_failed", "Nothing can be written to the " + name + " folder: " + folder.error.message() + ".", kNever});
  } else if (folder.free_bytes < folder.needed_bytes) {
    problems.push_back(
        {"disk_full",
         "The disk of the " + name + " folder is full: " + std::to_string(folder.free_bytes / 1024) + " KiB are free.",
         kNever});
  }
}

FolderState StateOf(std::string_view name, const std::filesystem::path& folder, uint64_t needed) {
  FolderState state{name, {}, 0, needed};
  struct statvfs disk {};
  if (access(folder.c_str(), W_OK | X_OK) != 0 || statvfs(folder.c_str(), &disk) != 0) {
    state.error = {errno, std::generic_category()};
  } else {
    state.free_bytes = uint64_t{disk.f_bavail} * disk.f_frsize;
  }
  return state;
}

Signs ReadSigns(Installation& installation) {
  const Folders& folders = installation.hosts.folders();
  const Config& config = installation.config.settings();
  Signs signs;
  signs.now = WallNow();
  signs.header = installation.published.Header();
  // What monitord runs by; a new interval in config.json counts only from its next cycle on.
  signs.interval = signs.header.interval.count() > 0 ? signs.header.interval : config.interval;
  signs.timeout = config.timeout;
  signs.config_broken = !installation.config.errors().empty();
  signs.requests_since = installation.requests.Oldest();
  signs.outbox = installation.outbox.Read(&signs.outbox_damaged);
  const uint64_t needed =
      kRoomBesideHosts + static_cast<uint64_t>(std::max<off_t>(IdentityOf(folders.hosts()).size, 0));
  signs.folders.push_back(StateOf("data", folders.data, needed));
  if (!folders.live_is_data()) signs.folders.push_back(StateOf("live", folders.live, needed));
  return signs;
}

}  // namespace

std::vector<Notice> FindOutboxProblems(const std::vector<QueuedMessage>& waiting,
                                       const std::vector<std::string>& damaged, WallTime now) {
  struct Late {
    size_t count = 0;
    std::string error;  // of the message that was tried most often
    int attempts = -1;
  };
  std::map<std::string, Late> by_channel;
  WallTime since = kNever;
  for (const QueuedMessage& queued : waiting) {
    const bool is_late = queued.attempts >= kMostAttempts || queued.waited > kOutboxPatience ||
                         now - queued.message.queued > kOutboxPatience;
    if (!is_late) continue;
    if (since == kNever || queued.message.queued < since) since = queued.message.queued;
    Late& late = by_channel[queued.channel];
    ++late.count;
    if (!queued.error.empty() && queued.attempts > late.attempts) {
      late.attempts = queued.attempts;
      late.error = queued.error;
    }
  }

  std::vector<Notice> problems;
  std::string late_text;
  for (const auto& [channel, late] : by_channel) {
    late_text += late_text.empty() ? "" : "; ";
    late_text += std::to_string(late.count) + (late.count == 1 ? " message has" : " messages have") +
                 " not got out through " + channel;
    if (!late.error.empty()) late_text += ": " + late.error;
  }
  if (!late_text.empty()) problems.push_back({"outbox_waiting", late_text, since});
  if (!damaged.empty())
    problems.push_back(
        {"outbox_damaged",
         "The outbox holds " + std::to_string(damaged.size()) +
             (damaged.size() == 1 ? " file that cannot be read: " : " files that cannot be read, such as ") +
             damaged.front() + ".",
         kNever});
  return problems;
}

std::optional<Notice> FindAbsence(Installation& installation) {
  std::vector<Notice> problems;
  JudgeMonitor(ReadSigns(installation), problems);
  // Only a monitor that does not run counts: a blind one still sends test messages, and a clock that jumped does not
  // prove that it has ended.
  std::erase_if(problems, [](const Notice& problem) { return !problem.code.starts_with("monitor_"); });
  return problems.empty() ? std::nullopt : std::optional(problems.front());
}

std::vector<Notice> FindProblems(const Signs& signs) {
  std::vector<Notice> problems;
  JudgeMonitor(signs, problems);
  for (const FolderState& folder : signs.folders) JudgeFolder(folder, problems);
  if (signs.requests_since != kNever && signs.now - signs.requests_since > kRequestPatience)
    problems.push_back(
        {"requests_waiting", "monitord does not take the requests that wait for it.", signs.requests_since});
  if (signs.config_broken)
    problems.push_back({"config_broken", "config.json is broken; the last good settings go on.", kNever});
  const auto unsent = FindOutboxProblems(signs.outbox, signs.outbox_damaged, signs.now);
  problems.insert(problems.end(), unsent.begin(), unsent.end());
  // monitord says the same of some of them, and says it better: it knows since when.
  for (const Notice& notice : signs.header.monitor.notices) {
    if (notice.code == kClockUnsynchronised) continue;  // the page shows it; it keeps no host from being watched
    std::erase_if(problems, [&](const Notice& problem) { return problem.code == notice.code; });
    problems.push_back(notice);
  }
  return problems;
}

Response ShowHealth(Installation& installation, const Request&, std::string_view) {
  const Signs signs = ReadSigns(installation);
  const auto problems = FindProblems(signs);
  return JsonResponse(problems.empty() ? 200 : 503, [&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("ok", problems.empty());
    write("problems", problems);
    write("updated", signs.header.updated);
    write("interval", signs.interval);
    write("cycle_ms", static_cast<int64_t>(signs.header.monitor.cycle.count()));
    write("late_ms", signs.header.monitor.late_ms);
    out.Key("voided");
    WriteJson(out, signs.header.monitor.voided);
    write("state", NameOf(signs.header.monitor.state));
    write("version", signs.header.monitor.version);
    out.EndObject();
  });
}

}  // namespace linewatch::cgi
