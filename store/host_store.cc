#include "store/host_store.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "store/file/descriptor.h"
#include "store/file/file_lock.h"
#include "store/file/folder.h"
#include "store/host_check.h"
#include "store/host_json.h"
#include "store/text/plain_text.h"

namespace linewatch {
namespace {

// Somebody replaced the file while its successor was being written.
class EditedMeanwhile : public std::system_error {
 public:
  using std::system_error::system_error;
};

constexpr mode_t kMode = 0640;
constexpr size_t kMaxBytes = 64 << 20;  // ten thousand hosts with long notes
constexpr size_t kMaxSetAside = 20;     // files of one name; a script gone wild must not fill the card

std::filesystem::path Beside(const std::filesystem::path& path, const std::string& suffix) {
  return path.string() + suffix;
}

// To the microsecond: the names sort as the files were set aside, and none comes twice.
std::string TimeSuffix() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char text[40];
  const size_t length = std::strftime(text, sizeof text, "%Y%m%dT%H%M%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%06ldZ", now.tv_nsec / 1000);
  return text;
}

std::vector<std::filesystem::path> SetAsideOf(const std::filesystem::path& path) {
  const std::string start = path.filename().string() + ".bad-";
  auto files = FilesIn(path.parent_path());
  std::erase_if(files, [&](const auto& file) { return !file.filename().string().starts_with(start); });
  return files;
}

// A second name for what is about to be replaced: nothing that somebody typed is lost.
std::string KeepAside(const std::filesystem::path& path) {
  if (const auto before = SetAsideOf(path); !before.empty() && IdentityOf(before.back()) == IdentityOf(path))
    return before.back().filename().string();
  std::filesystem::path kept;
  do {
    kept = Beside(path, ".bad-" + TimeSuffix());
    if (link(path.c_str(), kept.c_str()) == 0) break;
    // fs.protected_hardlinks: no second name for what belongs to another. Then it loses its own.
    if (errno == EPERM && rename(path.c_str(), kept.c_str()) == 0) break;
    if (errno != EEXIST) ThrowErrno("set aside", path);
  } while (true);
  SyncFolder(path.parent_path());
  const auto files = SetAsideOf(path);
  std::error_code none;
  for (size_t i = 0; i + kMaxSetAside < files.size(); ++i) std::filesystem::remove(files[i], none);
  return kept.filename().string();
}

// What stands in a file; nothing if it may not be read.
std::optional<std::string> ReadIfAllowed(const std::filesystem::path& path) {
  try {
    return ReadFile(path, kMaxBytes);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::permission_denied) throw;
    return std::nullopt;
  }
}

// What a hand-written file may lack: ids, and ids that are each its own.
void GiveIds(HostList& list) {
  std::set<std::string> given;
  for (Host& host : list.hosts) {
    while (!is_host_id(host.id) || given.contains(host.id)) host.id = NewHostId();
    given.insert(host.id);
  }
}

std::string SettingsText(const Host& host) {
  return JsonText([&](JsonWriter& out) { WriteSettings(out, host); }) +
         (host.unknown_members ? *host.unknown_members : "");
}

bool same_settings(const HostList& a, const HostList& b) {
  return std::equal(a.hosts.begin(), a.hosts.end(), b.hosts.begin(), b.hosts.end(),
                    [](const Host& x, const Host& y) { return x.id == y.id && SettingsText(x) == SettingsText(y); });
}

std::optional<HostList> ReadList(const std::filesystem::path& path, bool (*accept)(const rapidjson::Value& entry)) {
  if (!IdentityOf(path).exists()) return std::nullopt;
  HostList list;
  bool was_array = false;
  const std::string text = ReadFile(path, kMaxBytes);
  if (ReadHostList(
          text, [accept](const auto& entry, size_t) { return accept(entry); }, list, was_array))
    return std::nullopt;
  return list;
}

bool is_good_entry(const rapidjson::Value& entry) { return CheckEntry(entry).empty(); }

// A host whose entry was refused stays as it was, if `known` has it.
void RestoreRefused(HostList& list, const std::vector<std::string>& refused_ids, const HostList& known) {
  for (const std::string& id : refused_ids)
    if (const Host* host = known.Find(id); host != nullptr && list.Find(id) == nullptr) list.hosts.push_back(*host);
}

// By what the list itself says.
IsOver ByList(const HostList& list) {
  return [&list](size_t host, const Acknowledgement& acknowledgement) {
    return is_over_by_list(acknowledgement, list.hosts[host].seen);
  };
}

struct Copy {
  std::optional<HostList> list;
  FileIdentity identity;
  std::vector<std::string> refused_ids;
};

// Settings from the copy that was edited last, observations from the one that was published last.
HostList Newest(Copy live, Copy durable) {
  if (!live.list || !durable.list) {
    auto& only = live.list ? live.list : durable.list;
    return only ? *std::move(only) : HostList{};
  }
  EndAcknowledgements(*live.list, *durable.list, ByList(*durable.list));
  EndAcknowledgements(*durable.list, *live.list, ByList(*live.list));
  // The same revision of other settings: one of them was edited by hand, and its time says which.
  const auto time = [](const Copy& copy) {
    return std::pair(copy.identity.modified.tv_sec, copy.identity.modified.tv_nsec);
  };
  const bool by_hand = live.list->revision == durable.list->revision && !same_settings(*live.list, *durable.list);
  if (durable.list->revision > live.list->revision || (by_hand && time(durable) > time(live))) std::swap(live, durable);
  if (by_hand) ++live.list->revision;
  if (durable.list->updated > live.list->updated) TakeObservations(*live.list, *std::move(durable.list));
  return *std::move(live.list);
}

// Of each host whose settings are others than before.
void RaiseRevisions(HostList& edited, const HostList& before) {
  std::unordered_map<std::string_view, const Host*> by_id;
  for (const Host& host : before.hosts) by_id.emplace(host.id, &host);
  for (Host& host : edited.hosts) {
    const auto same = by_id.find(host.id);
    if (same != by_id.end() && SettingsText(*same->second) != SettingsText(host))
      host.revision = same->second->revision + 1;
  }
}

}  // namespace

Folders LocateFolders(const std::filesystem::path& data, const std::filesystem::path& live) {
  const auto locate = [](const std::filesystem::path& folder) {
    auto path = std::filesystem::weakly_canonical(folder);
    return path.has_filename() ? path : path.parent_path();
  };
  return {locate(data), locate(live)};
}

HostStore::HostStore(Folders folders, std::chrono::milliseconds lock_patience)
    : folders_(std::move(folders)), lock_patience_(lock_patience), events_(folders_.events(), lock_patience) {}

HostList HostStore::Read() const {
  const auto read = [](const std::filesystem::path& path) {
    Copy copy{ReadList(path, is_host_entry), IdentityOf(path), {}};
    if (copy.list || !copy.identity.exists()) return copy;
    copy.list = ReadList(PreviousOf(path), is_host_entry);
    if (copy.list)
      copy.list->monitor.notices.push_back(
          {"file_broken", "hosts.json cannot be read; the generation before is shown", WallNow()});
    return copy;
  };
  return Newest(read(folders_.hosts()), folders_.live_is_data() ? Copy{} : read(folders_.durable_hosts()));
}

void HostStore::Update(const Change& change) {
  UpdateMany([&](HostList& list, Companion& companion) -> std::vector<Event> {
    auto event = change(list, companion);
    if (!event) return {};
    return {*std::move(event)};
  });
}

void HostStore::UpdateMany(const Changes& change) {
  const FileLock lock(folders_.lock(), lock_patience_);
  Findings findings;  // monitord finds the files that were set aside by itself: SetAside
  HostList list = ReadNewest(findings);
  Companion companion;  // gone before the lock is
  auto events = change(list, companion);
  if (events.empty()) return;
  std::unordered_map<std::string_view, const Host*> by_id;
  for (const Host& host : list.hosts) by_id.emplace(host.id, &host);
  for (Event& event : events)
    if (auto* edit = std::get_if<EditEvent>(&event))
      if (const auto host = by_id.find(edit->host); host != by_id.end()) Describe(*edit, *host->second);
  ++list.revision;
  Write(list, Depth::kDurable, events, companion);
}

HostList HostStore::Load(Findings& findings) {
  const FileLock lock(folders_.lock(), lock_patience_);
  for (const auto& path : {folders_.hosts(), folders_.durable_hosts()}) {
    // On a disk that is read-only they stay until a replacement sweeps them.
    std::error_code none;
    std::filesystem::remove(path.string() + ".tmp", none);
  }
  HostList list = ReadNewest(findings);
  revision_seen_ = list.revision;
  return list;
}

bool HostStore::changed() const {
  return IdentityOf(folders_.hosts()) != live_seen_ ||
         (!folders_.live_is_data() && IdentityOf(folders_.durable_hosts()) != durable_seen_);
}

void HostStore::Publish(HostList& mine, Depth depth, TakenOver& taken, const IsOver& is_over) {
  const FileLock lock(folders_.lock(), lock_patience_);
  for (int writes = 1;; ++writes) {
    if (changed()) {
      TakeOver(mine, taken, is_over);
      depth = Depth::kDurable;  // whatever it was, both folders agree afterwards
    }
    try {
      return Write(mine, depth, {});
    } catch (const EditedMeanwhile&) {
      // The edit fell into the writing, which may last seconds on a card: once more, with it.
      if (writes == kMostWrites) throw;
    } catch (const std::system_error&) {
      // The card is full or gone: what is live goes on in memory.
      if (depth == Depth::kDurable && !folders_.live_is_data()) Write(mine, Depth::kLive, {});
      throw;
    }
  }
}

// The file's list with every entry checked; nothing if there is no file, or none that parses. What is refused of it is
// kept aside first.
std::optional<HostList> HostStore::ReadOrSetAside(const std::filesystem::path& path, Findings& findings,
                                                  std::vector<std::string>& refused_ids) const {
  if (!IdentityOf(path).exists()) return std::nullopt;
  const std::string name = path.filename().string();
  const auto text = ReadIfAllowed(path);
  if (!text) {
    const std::string kept = KeepAside(path);
    std::filesystem::remove(path);
    findings.push_back(name + " may not be read by this program and was set aside as " + kept);
    return std::nullopt;
  }
  Findings refused;
  const auto accept = [&](const rapidjson::Value& entry, size_t place) {
    const auto errors = CheckEntry(entry);
    if (errors.empty() && place <= kMaxHosts) return true;
    const auto* host = FindMember(entry, "name");
    std::string who = "host " + std::to_string(place);
    if (host != nullptr && host->IsString()) who += " (" + std::string(Utf8Prefix(StringOf(*host), 100)) + ")";
    refused.push_back(who + " of " + name + " was refused: " +
                      (errors.empty() ? "expected at most " + std::to_string(kMaxHosts) + " hosts" : Describe(errors)));
    if (const auto* id = FindMember(entry, "id"); id != nullptr && id->IsString())
      refused_ids.emplace_back(StringOf(*id));
    return false;
  };
  HostList list;
  bool was_array = false;
  if (const auto fault = ReadHostList(*text, accept, list, was_array)) {
    const std::string kept = KeepAside(path);
    std::filesystem::remove(path);
    findings.push_back(name + " could not be read (line " + std::to_string(fault->line) + ": " + fault->what +
                       ") and was set aside as " + kept);
    return std::nullopt;
  }
  if (!refused.empty()) {
    const std::string kept = KeepAside(path);
    constexpr size_t kMostNamed = 10;
    if (refused.size() > kMostNamed) {
      const size_t more = refused.size() - kMostNamed;
      refused.resize(kMostNamed);
      refused.push_back("and " + std::to_string(more) + " more hosts");
    }
    refused.back() += "; the file as it was is kept as " + kept;
    findings.insert(findings.end(), refused.begin(), refused.end());
  }
  const auto seed = Beside(path, ".seed");
  if (was_array && !IdentityOf(seed).exists()) ReplaceFile(seed, *text, kMode);
  GiveIds(list);
  return list;
}

HostList HostStore::ReadNewest(Findings& findings) {
  live_seen_ = IdentityOf(folders_.hosts());
  durable_seen_ = IdentityOf(folders_.durable_hosts());
  const auto read = [&](const std::filesystem::path& path) {
    const bool was_there = IdentityOf(path).exists();
    Copy copy;
    copy.list = ReadOrSetAside(path, findings, copy.refused_ids);
    // Also when there is none: a crash between the two renames of a replacement leaves only the generation before.
    const auto previous = PreviousOf(path);
    if (!copy.list) {
      copy.refused_ids.clear();
      copy.list = ReadOrSetAside(previous, findings, copy.refused_ids);
      if (copy.list && was_there)
        findings.push_back("the generation before, " + previous.filename().string() + ", is used instead");
    }
    copy.identity = IdentityOf(path);
    return copy;
  };
  Copy live = read(folders_.hosts()), durable = folders_.live_is_data() ? Copy{} : read(folders_.durable_hosts());
  for (auto [copy, other] : {std::pair(&live, &durable), std::pair(&durable, &live)}) {
    if (copy->refused_ids.empty()) continue;
    if (other->list) RestoreRefused(*copy->list, copy->refused_ids, *other->list);
    if (const auto previous = ReadList(PreviousOf(folders_.durable_hosts()), is_good_entry))
      RestoreRefused(*copy->list, copy->refused_ids, *previous);
  }
  return Newest(std::move(live), std::move(durable));
}

void HostStore::TakeOver(HostList& mine, TakenOver& taken, const IsOver& is_over) {
  std::optional<HostList> theirs;
  std::vector<std::string> refused_ids;
  const auto consider = [&](const std::filesystem::path& path, FileIdentity& seen) {
    const FileIdentity found = IdentityOf(path);
    if (found == seen) return;
    std::vector<std::string> ids;
    auto list = ReadOrSetAside(path, taken.findings, ids);
    seen = found;  // looked at once, even if what came of it cannot be written back yet
    if (!list || (theirs && list->revision <= theirs->revision)) return;
    theirs = std::move(list);
    refused_ids = std::move(ids);
  };
  consider(folders_.hosts(), live_seen_);
  if (!folders_.live_is_data()) consider(folders_.durable_hosts(), durable_seen_);
  if (!theirs) return;

  RestoreRefused(*theirs, refused_ids, mine);
  // What monitord has taken away meanwhile is no edit, and an edit of something else does not bring it back.
  const IsOver by_list = ByList(mine);
  EndAcknowledgements(*theirs, mine, [&](size_t host, const Acknowledgement& acknowledgement) {
    if (by_list(host, acknowledgement)) return true;
    if (!is_over) return false;
    // The caller knows the list as it was handed in, not as an edit right before this one left it.
    if (!taken.is_edited) return is_over(host, acknowledgement);
    return taken.origins[host] != kNewHost && is_over(taken.origins[host], acknowledgement);
  });
  // An edit through Update raises the revision; one that does not was made by hand.
  if (theirs->revision <= revision_seen_) {
    if (same_settings(*theirs, mine)) return;
    theirs->revision = revision_seen_ + 1;
    RaiseRevisions(*theirs, mine);
    taken.events.push_back(EditEvent{WallNow(), "", EditAction::kAdopt, "", {}});
  }
  // What was seen is in `mine`. What the file says of it may be another host's: of the address before, or of the entry
  // that somebody copied to write the next.
  for (Host& host : theirs->hosts) host.seen = {};
  HostOrigins origins = TakeObservations(*theirs, std::move(mine));
  if (taken.is_edited)
    for (uint32_t& origin : origins) origin = origin == kNewHost ? kNewHost : taken.origins[origin];
  taken.origins = std::move(origins);
  mine = *std::move(theirs);
  malloc_trim(0);  // the names of the one list lay between those of the other
  taken.is_edited = true;
}

void HostStore::Write(const HostList& list, Depth depth, const std::vector<Event>& events, const Companion& companion) {
  const auto write = [&](AtomicFile& file, Defaults defaults) {
    JsonWriter out([&file](std::string_view piece) { file.Write(piece); });
    WriteHostList(out, list, defaults);
    out.Flush();
    file.Sync();
  };
  // Everything that may fail for want of space comes first; what is left are renames. The event stands before its
  // change, so that no change is without one.
  std::optional<AtomicFile> durable, live;
  if (!folders_.live_is_data() && depth == Depth::kDurable) {
    // Read at a start only, and half of it would be defaults, which wear the card.
    write(durable.emplace(folders_.durable_hosts(), kMode), Defaults::kLeftOut);
  }
  // A live folder in memory is there only while monitord runs; its next start makes it from what is durable.
  if (!durable || std::filesystem::exists(folders_.live))
    write(live.emplace(folders_.hosts(), kMode), Defaults::kWritten);
  events_.Append(events);
  const auto commit = [](AtomicFile& file, FileIdentity& seen, Previous previous) {
    const auto written = file.CommitOver(seen, previous);
    if (!written) throw EditedMeanwhile(EAGAIN, std::system_category(), "hosts.json was edited by hand meanwhile");
    seen = *written;
  };
  if (companion) companion->Commit();
  if (durable) commit(*durable, durable_seen_, Previous::kKeep);
  if (live) commit(*live, live_seen_, folders_.live_is_data() ? Previous::kKeep : Previous::kDrop);
  revision_seen_ = list.revision;
}

std::vector<std::string> HostStore::SetAside() const {
  std::vector<std::filesystem::path> paths = {PreviousOf(folders_.durable_hosts()), folders_.durable_hosts()};
  if (!folders_.live_is_data()) paths.push_back(folders_.hosts());
  std::vector<std::string> names;
  for (const auto& path : paths)
    for (const auto& file : SetAsideOf(path)) names.push_back(file.filename().string());
  return names;
}

}  // namespace linewatch
