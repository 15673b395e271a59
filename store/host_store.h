// hosts.json in its two folders: reading it, changing it, publishing it. Everything that guards it is in here.
#ifndef LINEWATCH_STORE_HOST_STORE_H_
#define LINEWATCH_STORE_HOST_STORE_H_

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/event_log.h"
#include "store/file/atomic_file.h"
#include "store/file/file_lock.h"
#include "store/host_list.h"

namespace linewatch {

// Where the files lie: see LocateFolders. `live` is memory on an installed system and equals `data` otherwise: the
// whole list is written there each cycle, while in `data` it is replaced only by edits and checkpoints, because a card
// wears.
struct Folders {
  std::filesystem::path data, live;

  bool live_is_data() const { return live == data; }
  std::filesystem::path hosts() const { return live / "hosts.json"; }
  std::filesystem::path durable_hosts() const { return data / "hosts.json"; }
  std::filesystem::path secrets() const { return data / "secrets.json"; }
  std::filesystem::path lock() const { return data / "hosts.json.lock"; }
  std::filesystem::path requests() const { return live / "requests.jsonl"; }
  std::filesystem::path events() const { return data / "events"; }
  std::filesystem::path history() const { return data / "history"; }
  std::filesystem::path outbox() const { return data / "outbox"; }
  std::filesystem::path keys() const { return data / "keys"; }
  std::filesystem::path answers() const { return live / "answers"; }
};

// Both in their one true form, so that two ways to write the same folder are not taken for two.
Folders LocateFolders(const std::filesystem::path& data, const std::filesystem::path& live);

// What a start or an edit by hand brought to light, a sentence each, for people.
using Findings = std::vector<std::string>;

class HostStore {
 public:
  explicit HostStore(Folders folders, std::chrono::milliseconds lock_patience = kLockPatience);

  const Folders& folders() const { return folders_; }

  // The newest list on disk; empty if there is none yet. Takes no lock: a rename shows old or new, never half.
  // Throws std::system_error; a file that does not parse counts as missing here, only a change sets it aside.
  HostList Read() const;

  // Changes settings. Under the lock it reads the newest list, lets `change` change it, appends the event that `change`
  // answers (completed by what the host then is), raises the list's revision and replaces the files. Without an event
  // nothing is written. The revisions of hosts are the caller's.
  // When this returns, the change survives a power cut. Throws std::system_error, LockTimeout among them: then the
  // files are as they were; only if the very last fsync has failed are they new, and perhaps not yet durable. `change`
  // may leave in `companion` another file of the data folder that belongs to the new list, written and synced: it gets
  // in place right before the list, or, if there is no room for both, neither does.
  using Companion = std::unique_ptr<AtomicFile>;
  using Change = std::function<std::optional<EditEvent>(HostList&, Companion& companion)>;
  void Update(const Change& change);
  // The same of many changes at once, an event for each.
  using Changes = std::function<std::vector<Event>(HostList&, Companion& companion)>;
  void UpdateMany(const Changes& change);

  // ---- For monitord, the only one that observes.

  // Once, at the start: sweeps temporary files, reconciles the two folders, sets aside what does not parse (as
  // NAME.bad-TIME, falling back on NAME.prev), takes over a file of the earlier Python system, gives ids to hosts
  // without. A host whose entry an edit by hand has broken stays as it was in the other copies. Throws as Update does.
  HostList Load(Findings& findings);

  // Replaces hosts.json by `mine`. If somebody changed the settings since the last Load or Publish, theirs win: `mine`
  // then takes them over and keeps what it observed (TakeObservations). An edit by hand is checked and gets a revision;
  // a host whose edit is refused stays as it was, and the edited file is kept as NAME.bad-TIME. kDurable replaces the
  // file in the data folder too. `taken` is filled even when writing fails and this throws: `mine` has changed then.
  // `is_over` is asked by the places that hosts had in `mine` before; without one, acknowledgements are over by what
  // the list itself says. An edit that falls into the writing is taken over as well, up to kMostWrites - 1 of them;
  // another one is EAGAIN. Throws as Update does.
  static constexpr int kMostWrites = 5;
  enum class Depth { kLive, kDurable };
  struct TakenOver {
    bool is_edited = false;  // other settings than before:
    HostOrigins origins;     // then, of each host of `mine`
    Findings findings;
    std::vector<Event> events;  // to be appended by the caller
  };
  void Publish(HostList& mine, Depth depth, TakenOver& taken, const IsOver& is_over = {});

  // Whether Publish would find another file than its own: a look at inode and time, nothing is read.
  bool changed() const;

  // The names of files that were set aside and that nobody has taken away yet.
  std::vector<std::string> SetAside() const;

 private:
  std::optional<HostList> ReadOrSetAside(const std::filesystem::path& path, Findings& findings,
                                         std::vector<std::string>& refused_ids) const;
  HostList ReadNewest(Findings& findings);
  void TakeOver(HostList& mine, TakenOver& taken, const IsOver& is_over);
  void Write(const HostList& list, Depth depth, const std::vector<Event>& events, const Companion& companion = nullptr);

  Folders folders_;
  std::chrono::milliseconds lock_patience_;
  EventLog events_;
  FileIdentity live_seen_, durable_seen_;
  int64_t revision_seen_ = 0;
};

}  // namespace linewatch

#endif
